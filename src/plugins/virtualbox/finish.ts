import { join } from "node:path";
import { withHeartbeat } from "../../sdk/heartbeat.ts";
import type { Run } from "../../sdk/run.ts";
import type { VmInfo } from "./driver/vm-info.ts";
import type { VmSettings } from "./driver/vm-settings.ts";
import type { CommonConfig } from "./options/common-config.ts";
import { runOf, type OwnedMachine } from "./owned-machine.ts";
import { SSH_FORWARDING } from "./ports.ts";
import type { Target } from "./target.ts";
import { choosesRemoteDisplay } from "./user-commands.ts";

/** Resets what the build set in the machine: its mark, its display, and its forwarded port if it is exported. */
export async function resetSettings(run: Run, config: CommonConfig, { driver, vm }: Target): Promise<void> {
  await run.step("set back the machine", async ({ signal }) => {
    const info = await driver.vmInfo({ vm, signal });
    if (info === undefined) return;
    await driver.modifyVm({ vm, settings: settingsToReset(config, info), signal });
  });
}

function settingsToReset(config: CommonConfig, info: VmInfo): VmSettings {
  const hasForwarding = info.forwardings.includes(SSH_FORWARDING);
  const isMarked = runOf(info.description) !== undefined;
  const usersDisplay = choosesRemoteDisplay([...config.vboxmanage, ...config.vboxmanage_post]);
  return {
    removedForwarding: hasForwarding && !config.skip_export ? SSH_FORWARDING : undefined,
    description: isMarked ? "" : undefined,
    remoteDisplay: usersDisplay ? undefined : false,
  };
}

export interface Export extends Target {
  readonly directory: string;
  readonly name: string;
}

/** Writes the machine as OVF or OVA. */
export async function exportMachine(
  run: Run,
  config: CommonConfig,
  { driver, vm, directory, name }: Export,
): Promise<void> {
  if (config.skip_export) return;
  await run.step("export the machine", async ({ signal }) => {
    const path = join(directory, `${config.output_filename || name}.${config.format}`);
    run.say(`Exporting the machine to ${path}...`);
    await withHeartbeat(run, "the export", {}, () => driver.exportVm({ vm, path, flags: config.export_opts, signal }));
  });
}

/** Removes the exported machine from VirtualBox, and its disks from the output directory. */
export async function removeMachine(run: Run, owned: OwnedMachine): Promise<void> {
  await run.step("unregister machine", async ({ signal }) => {
    run.say("Removing the machine from VirtualBox...");
    await owned.remove(signal);
  });
}
