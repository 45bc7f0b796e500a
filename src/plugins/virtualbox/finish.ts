import { join } from "node:path";
import type { Run } from "../../sdk/run.ts";
import { withHeartbeat } from "../../sdk/heartbeat.ts";
import { detachDiscs, removeFloppy, type PlacedDisc } from "./discs.ts";
import { machineInfo, type Driver } from "./driver/driver.ts";
import { hasRule } from "./existing-machine.ts";
import { deleteRule } from "./ports.ts";
import type { SessionConfig } from "./options/common-config.ts";
import { runOf, type OwnedMachine } from "./owned-machine.ts";

/** Takes out what only the build needed. A boot disc stays where `bundle_iso` says so: leave it out of `discs`. */
export async function removeDevices(
  run: Run,
  driver: Driver,
  vm: string,
  devices: { readonly discs: readonly PlacedDisc[]; readonly floppy: boolean },
): Promise<void> {
  if (devices.discs.length === 0 && !devices.floppy) return;
  await run.step("remove devices of the build", async ({ signal }) => {
    if (devices.floppy) await removeFloppy(driver, vm, signal);
    await detachDiscs(driver, vm, devices.discs, signal);
  });
}

/** Sets back what the build set in the machine: its mark, its display, and (but for a machine that is kept as it is) its way in. */
export async function clearTraces(run: Run, driver: Driver, config: SessionConfig, vm: string): Promise<void> {
  await run.step("set back the machine", async ({ signal }) => {
    const info = await machineInfo(driver, vm, signal);
    if (info === undefined) return;
    const rows = [...config.vboxmanage, ...config.vboxmanage_post].flat();
    const choosesDisplay = rows.some(({ text }) => /^--?vrde/.test(text));
    const args = [
      ...(hasRule(info) && !config.skip_export ? deleteRule : []),
      ...(runOf(info.get("description")) === undefined ? [] : ["--description", ""]),
      ...(choosesDisplay ? [] : ["--vrde", "off"]),
    ];
    if (args.length > 0) await driver.call(["modifyvm", vm, ...args], { signal });
  });
}

/** Writes the machine as OVF or OVA. */
export async function exportMachine(
  run: Run,
  driver: Driver,
  config: SessionConfig,
  target: { readonly vm: string; readonly directory: string; readonly name: string },
): Promise<void> {
  if (config.skip_export) return;
  await run.step("export the machine", async ({ signal }) => {
    const path = join(target.directory, `${config.output_filename || target.name}.${config.format}`);
    run.say(`Exporting the machine to ${path}...`);
    await withHeartbeat(run, "the export", {}, () =>
      driver.call(["export", target.vm, "--output", path, ...config.export_opts], { signal }),
    );
  });
}

/** Takes the exported machine out of VirtualBox, and its disks out of the output directory. */
export async function removeMachine(run: Run, owned: OwnedMachine): Promise<void> {
  await run.step("unregister machine", async ({ signal }) => {
    run.say("Removing the machine from VirtualBox...");
    await owned.remove(signal);
  });
}
