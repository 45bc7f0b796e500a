import { BuildError } from "../../sdk/error.ts";
import { withHeartbeat } from "../../sdk/heartbeat.ts";
import type { Run } from "../../sdk/run.ts";
import type { OvfBuilderConfig } from "./options/ovf.ts";
import { machineInfo, type Driver } from "./driver/driver.ts";
import type { MachineInfo } from "./driver/vm-info.ts";
import { ownMachine, type Machine, type OwnedMachine } from "./owned-machine.ts";

export interface ImportedMachine {
  readonly machine: Machine;
  readonly owned: OwnedMachine;
  /** What VirtualBox knows of it right after the import. */
  readonly info: MachineInfo;
}

/**
 * Imports an appliance under a provisional name that holds the run's id: were we killed during the import, the machine is
 * known as ours. It gets its own name together with its way in.
 */
export async function importMachine(
  run: Run,
  driver: Driver,
  config: OvfBuilderConfig,
  { name, appliance }: { readonly name: string; readonly appliance: string },
): Promise<ImportedMachine> {
  return run.step("import machine", async (step) => {
    run.say(`Importing ${appliance}...`);
    const provisionalName = `imgbuild-${run.runId}-${run.build.sourceName}`;
    const owned = await ownMachine(driver, step, { name, provisionalName });
    const options =
      config.import_opts === undefined || config.import_opts === "" ? [] : ["--options", config.import_opts];
    const naming = ["--vsys", "0", "--vmname", provisionalName];
    await withHeartbeat(run, "the import", {}, () =>
      driver.call(["import", appliance, ...naming, ...config.import_flags, ...options], step),
    );
    const info = await machineInfo(driver, provisionalName, step.signal);
    const uuid = info?.get("UUID");
    if (info === undefined || uuid === undefined) {
      throw new BuildError(`VirtualBox imported no machine from ${appliance}`);
    }
    await owned.identify(uuid);
    return { machine: { uuid, name }, owned, info };
  });
}
