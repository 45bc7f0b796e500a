import type { Artifact } from "../../sdk/artifact.ts";
import type { Builder, BuilderRun } from "../../sdk/component.ts";
import type { Run } from "../../sdk/run.ts";
import { checkVirtualBoxFiles } from "./check-files.ts";
import { outputDirectory } from "../../steps/output-directory.ts";
import { virtualBoxArtifact } from "./artifact.ts";
import { customizeMachine } from "./customize-machine.ts";
import { findSlots } from "./discs.ts";
import type { Driver, Machine } from "./driver/driver.ts";
import type { VmInfo } from "./driver/vm-info.ts";
import { originalState, ownChanges } from "./existing-machine.ts";
import { findVirtualBox } from "./facts.ts";
import { findMachine } from "./find-machine.ts";
import { findSnapshot } from "./find-snapshot.ts";
import { exportMachine } from "./finish.ts";
import { prepareInputs } from "./machine-inputs.ts";
import { schema, type VmBuilderConfig } from "./options/vm.ts";
import { connectionSettings } from "./ports.ts";
import { virtualBoxNeeds } from "./needs.ts";
import { virtualBoxPreflight } from "./preflight.ts";

/** Works with a machine that VirtualBox has already. The machine stays; what the build put in is taken out. */
export const builder: Builder<VmBuilderConfig> = {
  kind: "builder",
  type: "virtualbox-vm",
  summary: "Starts a machine VirtualBox has already, provisions it, and takes a snapshot of it or exports it.",
  schema,
  generatedData: [],
  build: buildFromMachine,
  checkFiles: (config, directories) => checkVirtualBoxFiles(config, directories),
  preflight: virtualBoxPreflight,
  needs: virtualBoxNeeds,
};

async function buildFromMachine(run: BuilderRun, config: VmBuilderConfig): Promise<Artifact | undefined> {
  const facts = await findVirtualBox(run);
  const { driver } = facts;
  const machine = await findMachine(run, driver, config);
  const output = config.skip_export
    ? undefined
    : await outputDirectory(run, {
        path: config.output_directory,
        ownNames: [config.output_filename || config.vm_name],
      });
  const inputs = await prepareInputs(run, config, { facts, name: machine.name });
  const info = await takeOver(run, config, { driver, machine });
  await run.step("prepare machine", async ({ signal }) => {
    const settings = connectionSettings(config, inputs.ports, info.forwardings);
    await driver.modifyVm({ vm: machine.uuid, settings, signal });
  });
  const discs = findSlots(info, config, inputs);
  const guest = { driver, machine, inputs, installsItself: false };
  await customizeMachine(run, config, { ...guest, discs, removedDiscs: discs, info });
  await takeSnapshot(run, config, { driver, machine });
  if (output === undefined) return undefined;
  await exportMachine(run, config, { driver, vm: machine.uuid, directory: output.path, name: machine.name });
  return virtualBoxArtifact(output, info.osType, config);
}

interface FoundMachine {
  readonly driver: Driver;
  readonly machine: Machine;
}

/** From here on the machine is the build's to change, until it is restored. */
async function takeOver(run: Run, config: VmBuilderConfig, { driver, machine }: FoundMachine): Promise<VmInfo> {
  return run.step("take over machine", async (step) => {
    const { signal } = step;
    const vm = machine.uuid;
    const info = (await driver.vmInfo({ vm, signal }))!;
    const snapshots = await driver.listSnapshots({ vm, signal });
    const wanted = config.attach_snapshot ? findSnapshot(snapshots, config.attach_snapshot) : undefined;
    const current = snapshots.find(({ isCurrent }) => isCurrent);
    const original = originalState(machine, info, wanted && (current ?? wanted).uuid);
    const keepsChanges = config.keep_registered || config.target_snapshot !== undefined;
    await ownChanges(step, { driver, original, keepsChanges });
    if (wanted === undefined) return info;
    run.say(`Going back to the snapshot "${wanted.path}"...`);
    await driver.restoreSnapshot({ vm, snapshot: wanted.uuid, signal });
    return (await driver.vmInfo({ vm, signal }))!;
  });
}

async function takeSnapshot(run: Run, config: VmBuilderConfig, { driver, machine }: FoundMachine): Promise<void> {
  const name = config.target_snapshot;
  if (name === undefined || name === "") return;
  const vm = machine.uuid;
  await run.step("take snapshot", async ({ signal }) => {
    const snapshots = await driver.listSnapshots({ vm, signal });
    const old = snapshots.find((snapshot) => snapshot.name === name);
    if (old !== undefined) await driver.deleteSnapshot({ vm, snapshot: old.uuid, signal });
    run.say(`Taking the snapshot "${name}"...`);
    await driver.takeSnapshot({ vm, name, signal });
  });
}
