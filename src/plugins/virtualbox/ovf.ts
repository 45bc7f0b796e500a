import { resolve } from "node:path";
import { parseChecksum } from "../../lib/checksum-spec.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Artifact } from "../../sdk/artifact.ts";
import type { Builder, BuilderRun } from "../../sdk/component.ts";
import type { Run } from "../../sdk/run.ts";
import { checkVirtualBoxFiles } from "./check-files.ts";
import { download } from "../../steps/download.ts";
import { outputDirectory } from "../../steps/output-directory.ts";
import { virtualBoxArtifact } from "./artifact.ts";
import { customizeMachine } from "./customize-machine.ts";
import { schema, type OvfBuilderConfig } from "./options/ovf.ts";
import { findSlots } from "./discs.ts";
import type { Driver, Machine } from "./driver/driver.ts";
import type { VmInfo } from "./driver/vm-info.ts";
import { findVirtualBox } from "./facts.ts";
import { exportMachine, removeMachine } from "./finish.ts";
import { importMachine } from "./import-machine.ts";
import { resolveConflicts } from "./conflicts.ts";
import { markOf } from "./owned-machine.ts";
import { connectionSettings, type MachinePorts } from "./ports.ts";
import { virtualBoxNeeds } from "./needs.ts";
import { virtualBoxPreflight } from "./preflight.ts";
import { prepareInputs } from "./machine-inputs.ts";

/** Imports an exported machine into VirtualBox, changes it, and exports it again. */
export const builder: Builder<OvfBuilderConfig> = {
  kind: "builder",
  type: "virtualbox-ovf",
  summary: "Imports an OVF or OVA into VirtualBox, provisions the machine and exports it again.",
  schema,
  generatedData: [],
  build: buildFromOvf,
  checkFiles: async (config, places) => {
    const issues = await checkVirtualBoxFiles({ ...config, iso_url: config.source_path }, places);
    return issues.map((issue) => (issue.path[0] === "iso_url" ? { ...issue, path: ["source_path"] } : issue));
  },
  preflight: virtualBoxPreflight,
  needs: virtualBoxNeeds,
};

async function buildFromOvf(run: BuilderRun, config: OvfBuilderConfig): Promise<Artifact> {
  const name = config.vm_name || `packer-${run.build.sourceName}`;
  const facts = await findVirtualBox(run);
  const { driver, machineFolder } = facts;
  await resolveConflicts(run, driver, { name, machineFolder, disks: [] });
  const output = await outputDirectory(run, {
    path: config.output_directory,
    ownNames: [name, config.output_filename || name],
  });
  const appliance = await findAppliance(run, config);
  const inputs = await prepareInputs(run, config, { facts, name });
  const { machine, owned, info } = await importMachine(run, config, { driver, name, appliance });
  await prepareMachine(run, config, { driver, machine, info, ports: inputs.ports });
  const discs = findSlots(info, config, inputs);
  const guest = { driver, machine, inputs, installsItself: false };
  await customizeMachine(run, config, { ...guest, discs, removedDiscs: discs, info });
  await exportMachine(run, config, { driver, vm: machine.uuid, directory: output.path, name });
  if (config.keep_registered) await owned.keep();
  else await removeMachine(run, owned);
  return virtualBoxArtifact(output, info.osType, config);
}

/** A local `.ovf` is used where it is: the disks it names lie beside it. */
async function findAppliance(run: Run, config: OvfBuilderConfig): Promise<string> {
  const checksum = parseChecksum(config.checksum);
  if (checksum.kind === "invalid") throw new BuildError(checksum.problem);
  const { path } = await download(run, {
    label: "appliance",
    urls: [config.source_path],
    checksum,
    targetPath: config.target_path,
  });
  return resolve(run.directories.work, path);
}

interface UnpreparedMachine {
  readonly driver: Driver;
  readonly machine: Machine;
  readonly info: VmInfo;
  readonly ports: MachinePorts;
}

/** Gives the machine its name and its connection, in one call. */
async function prepareMachine(
  run: Run,
  config: OvfBuilderConfig,
  { driver, machine, info, ports }: UnpreparedMachine,
): Promise<void> {
  await run.step("prepare machine", async ({ signal }) => {
    const settings = {
      name: machine.name,
      ...connectionSettings(config, ports, info.forwardings),
      description: info.description === undefined ? markOf(run) : undefined,
    };
    await driver.modifyVm({ vm: machine.uuid, settings, signal });
  });
}
