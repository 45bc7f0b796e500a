import { resolve } from "node:path";
import { parseChecksum } from "../../lib/checksum-spec.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Artifact } from "../../sdk/artifact.ts";
import type { Builder, BuilderRun } from "../../sdk/component.ts";
import type { Run } from "../../sdk/run.ts";
import { checkMachineFiles } from "../../steps/check-files.ts";
import { download } from "../../steps/download.ts";
import { outputDirectory } from "../../steps/output-directory.ts";
import { virtualBoxArtifact } from "./artifact.ts";
import { hasRule } from "./existing-machine.ts";
import { changeMachine } from "./customize-machine.ts";
import { ovfSchema, type OvfBuilderConfig } from "./options/ovf.ts";
import { findPlaces } from "./discs.ts";
import type { Driver } from "./driver/driver.ts";
import { findVirtualBox } from "./facts.ts";
import { exportMachine, removeMachine } from "./finish.ts";
import { importMachine } from "./import-machine.ts";
import { clearWay } from "./conflicts.ts";
import type { MachineInfo } from "./driver/vm-info.ts";
import { markOf, type Machine } from "./owned-machine.ts";
import { connectionArguments, type MachinePorts } from "./ports.ts";
import { virtualBoxPreflight } from "./preflight.ts";
import { createSurroundings } from "./machine-inputs.ts";

/** Imports an exported machine into VirtualBox, changes it, and exports it again. */
export const builder: Builder<OvfBuilderConfig> = {
  kind: "builder",
  type: "virtualbox-ovf",
  summary: "Imports an OVF or OVA into VirtualBox, provisions the machine and exports it again.",
  schema: ovfSchema,
  generatedData: [],
  build: buildFromOvf,
  checkFiles: (config, directories) => checkMachineFiles({ ...config, iso_url: config.source_path }, directories),
  preflight: virtualBoxPreflight,
};

async function buildFromOvf(run: BuilderRun, config: OvfBuilderConfig): Promise<Artifact> {
  const name = config.vm_name || `packer-${run.build.sourceName}`;
  const facts = await findVirtualBox(run);
  const { driver, machineFolder } = facts;
  await clearWay(run, driver, { name, machineFolder, disks: [] });
  const output = await outputDirectory(run, { path: config.output_directory });
  const appliance = await findAppliance(run, config);
  const surroundings = await createSurroundings(run, config, facts, name);
  const { machine, owned, info } = await importMachine(run, driver, config, { name, appliance });
  await prepareMachine(run, driver, config, { machine, info, ports: surroundings.ports });
  const discs = findPlaces(info, config, surroundings);
  const work = { driver, machine, surroundings, installsItself: false };
  await changeMachine(run, config, { ...work, discs, removedDiscs: discs, info });
  await exportMachine(run, driver, config, { vm: machine.uuid, directory: output.path, name });
  if (config.keep_registered) await owned.keep();
  else await removeMachine(run, owned);
  return virtualBoxArtifact(output, info.get("ostype") ?? "");
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

/** The name and the way in, in one call. */
async function prepareMachine(
  run: Run,
  driver: Driver,
  config: OvfBuilderConfig,
  target: { readonly machine: Machine; readonly info: MachineInfo; readonly ports: MachinePorts },
): Promise<void> {
  await run.step("prepare machine", async ({ signal }) => {
    const { machine, info, ports } = target;
    const connection = connectionArguments(config, ports, { version: driver.version, hasRule: hasRule(info) });
    const mark = info.get("description") === undefined ? ["--description", markOf(run)] : [];
    await driver.call(["modifyvm", machine.uuid, "--name", machine.name, ...connection, ...mark], { signal });
  });
}
