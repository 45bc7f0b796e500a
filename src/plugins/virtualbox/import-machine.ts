import { BuildError } from "../../sdk/error.ts";
import { withHeartbeat } from "../../sdk/heartbeat.ts";
import type { Run } from "../../sdk/run.ts";
import type { Driver, Machine } from "./driver/driver.ts";
import type { VmInfo } from "./driver/vm-info.ts";
import type { OvfBuilderConfig } from "./options/ovf.ts";
import { ownMachine, type OwnedMachine } from "./owned-machine.ts";

export interface ImportedMachine {
  readonly machine: Machine;
  readonly owned: OwnedMachine;
  /** What VirtualBox said about it right after the import. */
  readonly info: VmInfo;
}

export interface Import {
  readonly driver: Driver;
  readonly name: string;
  /** Path of the OVF or OVA. */
  readonly appliance: string;
}

/**
 * Imports an appliance under a provisional name that holds the run's id: if we are killed during the import, the machine can
 * be recognized as ours. It gets its own name together with its connection.
 */
export async function importMachine(
  run: Run,
  config: OvfBuilderConfig,
  { driver, name, appliance }: Import,
): Promise<ImportedMachine> {
  return run.step("import machine", async (step) => {
    run.say(`Importing ${appliance}...`);
    const { signal } = step;
    const provisionalName = `imgbuild-${run.runId}-${run.build.sourceName}`;
    const owned = await ownMachine(driver, step, { name, provisionalName });
    const flags = config.import_flags;
    const options = config.import_opts ?? "";
    await withHeartbeat(run, "the import", {}, () =>
      driver.importVm({ appliance, name: provisionalName, flags, options, signal }),
    );
    const info = await driver.vmInfo({ vm: provisionalName, signal });
    const uuid = info?.uuid;
    if (info === undefined || uuid === undefined) {
      throw new BuildError(`VirtualBox imported no machine from ${appliance}`);
    }
    await owned.identify(uuid);
    return { machine: { uuid, name }, owned, info };
  });
}
