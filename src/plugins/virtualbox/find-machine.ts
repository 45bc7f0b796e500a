import { didYouMean } from "../../lib/did-you-mean.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Run } from "../../sdk/run.ts";
import type { Driver, Machine, Snapshot } from "./driver/driver.ts";
import { findSnapshot } from "./find-snapshot.ts";
import type { VmBuilderConfig } from "./options/vm.ts";

/** The machine must exist, be off, and have the wanted snapshots. All this is checked before anything is changed. */
export async function findMachine(run: Run, driver: Driver, config: VmBuilderConfig): Promise<Machine> {
  return run.step("find machine", async ({ signal }) => {
    const machines = await driver.listVms({ signal });
    const machine = machines.find(({ name, uuid }) => name === config.vm_name || uuid === config.vm_name);
    if (machine === undefined) throw noSuchMachine(config.vm_name, machines);
    const vm = machine.uuid;
    const condition = (await driver.vmInfo({ vm, signal }))?.condition;
    if (condition === "running" || condition === "stopping") {
      throw new BuildError(`The machine "${machine.name}" is running`, { hint: "Shut it down before the build." });
    }
    checkSnapshots(config, await driver.listSnapshots({ vm, signal }));
    return machine;
  });
}

function noSuchMachine(wanted: string, machines: readonly Machine[]): BuildError {
  const names = machines.map(({ name }) => name);
  const known = names.map((name) => `"${name}"`).join(", ") || "none at all";
  return new BuildError(`VirtualBox has no machine "${wanted}".${didYouMean(wanted, names)}`, {
    hint: `It has ${known}.`,
  });
}

function checkSnapshots(config: VmBuilderConfig, snapshots: readonly Snapshot[]): void {
  if (config.attach_snapshot) findSnapshot(snapshots, config.attach_snapshot);
  const isTaken = snapshots.some(({ name }) => name === config.target_snapshot);
  if (isTaken && !config.force_delete_snapshot) {
    throw new BuildError(`The machine has a snapshot "${config.target_snapshot}" already`, {
      hint: "Set force_delete_snapshot = true to have it deleted, or another target_snapshot.",
    });
  }
}
