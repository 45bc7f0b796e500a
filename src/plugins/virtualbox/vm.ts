import type { Artifact } from "../../sdk/artifact.ts";
import type { Builder, BuilderRun } from "../../sdk/component.ts";
import { BuildError } from "../../sdk/error.ts";
import { didYouMean } from "../../lib/did-you-mean.ts";
import type { Run } from "../../sdk/run.ts";
import { checkMachineFiles } from "../../steps/check-files.ts";
import { outputDirectory } from "../../steps/output-directory.ts";
import { virtualBoxArtifact } from "./artifact.ts";
import { borrowMachine, describeBorrowing, hasRule } from "./existing-machine.ts";
import { changeMachine } from "./customize-machine.ts";
import { vmSchema, type VmBuilderConfig } from "./options/vm.ts";
import { findPlaces } from "./discs.ts";
import { listMachines, machineInfo, type Driver } from "./driver/driver.ts";
import { findVirtualBox } from "./facts.ts";
import { exportMachine } from "./finish.ts";
import type { MachineInfo } from "./driver/vm-info.ts";
import { conditionOf } from "./driver/vm-state.ts";
import type { Machine } from "./owned-machine.ts";
import { connectionArguments } from "./ports.ts";
import { virtualBoxPreflight } from "./preflight.ts";
import { findSnapshot, listSnapshots } from "./driver/snapshots.ts";
import { createSurroundings } from "./machine-inputs.ts";

/** Works with a machine VirtualBox has already. The machine stays; what the build put in is taken out. */
export const builder: Builder<VmBuilderConfig> = {
  kind: "builder",
  type: "virtualbox-vm",
  summary: "Starts a machine VirtualBox has already, provisions it, and takes a snapshot of it or exports it.",
  schema: vmSchema,
  generatedData: [],
  build: buildFromMachine,
  checkFiles: (config, directories) => checkMachineFiles(config, directories),
  preflight: virtualBoxPreflight,
};

async function buildFromMachine(run: BuilderRun, config: VmBuilderConfig): Promise<Artifact | undefined> {
  const facts = await findVirtualBox(run);
  const { driver } = facts;
  const machine = await findMachine(run, driver, config);
  const output = config.skip_export ? undefined : await outputDirectory(run, { path: config.output_directory });
  const surroundings = await createSurroundings(run, config, facts, machine.name);
  const info = await borrow(run, driver, config, machine);
  await run.step("prepare machine", async ({ signal }) => {
    const connection = connectionArguments(config, surroundings.ports, {
      version: driver.version,
      hasRule: hasRule(info),
    });
    await driver.call(["modifyvm", machine.uuid, ...connection], { signal });
  });
  const discs = findPlaces(info, config, surroundings);
  const work = { driver, machine, surroundings, installsItself: false };
  await changeMachine(run, config, { ...work, discs, removedDiscs: discs, info });
  await takeSnapshot(run, driver, config, machine);
  if (output === undefined) return undefined;
  await exportMachine(run, driver, config, { vm: machine.uuid, directory: output.path, name: machine.name });
  return virtualBoxArtifact(output, info.get("ostype") ?? "");
}

/** The machine must be there, off, and have the wanted snapshots; all this is said before anything is done. */
async function findMachine(run: Run, driver: Driver, config: VmBuilderConfig): Promise<Machine> {
  return run.step("find machine", async ({ signal }) => {
    const machines = await listMachines(driver, signal);
    const machine = machines.find(({ name, uuid }) => name === config.vm_name || uuid === config.vm_name);
    if (machine === undefined) {
      const names = machines.map(({ name }) => name);
      throw new BuildError(`VirtualBox has no machine "${config.vm_name}".${didYouMean(config.vm_name, names)}`, {
        hint: names.length === 0 ? "It has none at all." : `It has ${names.map((name) => `"${name}"`).join(", ")}.`,
      });
    }
    const state = (await machineInfo(driver, machine.uuid, signal))?.get("VMState") ?? "";
    const condition = conditionOf(state);
    if (condition === "running" || condition === "stopping") {
      throw new BuildError(`The machine "${machine.name}" is running`, { hint: "Shut it down before the build." });
    }
    const snapshots = await listSnapshots(driver, machine.uuid, signal);
    if (config.attach_snapshot) findSnapshot(snapshots, config.attach_snapshot);
    const isTaken = snapshots.some(({ name }) => name === config.target_snapshot);
    if (isTaken && !config.force_delete_snapshot) {
      throw new BuildError(`The machine has a snapshot "${config.target_snapshot}" already`, {
        hint: "Set force_delete_snapshot = true to have it deleted, or another target_snapshot.",
      });
    }
    return machine;
  });
}

/** From here on the machine is ours to change until it is given back. */
async function borrow(run: Run, driver: Driver, config: VmBuilderConfig, machine: Machine): Promise<MachineInfo> {
  return run.step("take over machine", async (step) => {
    const info = (await machineInfo(driver, machine.uuid, step.signal))!;
    const snapshots = await listSnapshots(driver, machine.uuid, step.signal);
    const wanted = config.attach_snapshot ? findSnapshot(snapshots, config.attach_snapshot) : undefined;
    const before = wanted && (snapshots.find(({ isCurrent }) => isCurrent) ?? wanted);
    const borrowing = describeBorrowing(machine, info, before?.uuid);
    await borrowMachine(driver, step, borrowing, () => config.keep_registered || config.target_snapshot !== undefined);
    if (wanted === undefined) return info;
    run.say(`Going back to the snapshot "${wanted.path}"...`);
    await driver.call(["snapshot", machine.uuid, "restore", wanted.uuid], step);
    return (await machineInfo(driver, machine.uuid, step.signal))!;
  });
}

async function takeSnapshot(run: Run, driver: Driver, config: VmBuilderConfig, { uuid }: Machine): Promise<void> {
  const name = config.target_snapshot;
  if (name === undefined || name === "") return;
  await run.step("take snapshot", async ({ signal }) => {
    const old = (await listSnapshots(driver, uuid, signal)).find((snapshot) => snapshot.name === name);
    if (old !== undefined) await driver.call(["snapshot", uuid, "delete", old.uuid], { signal });
    run.say(`Taking the snapshot "${name}"...`);
    await driver.call(["snapshot", uuid, "take", name], { signal });
  });
}
