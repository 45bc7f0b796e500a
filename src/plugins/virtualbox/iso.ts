import type { Artifact } from "../../sdk/artifact.ts";
import type { Checkpoints } from "../../sdk/checkpoint.ts";
import type { Builder, BuilderRun } from "../../sdk/component.ts";
import { checkVirtualBoxFiles } from "./check-files.ts";
import { missingFiles } from "../../sdk/missing-files.ts";
import { downloadIso } from "../../steps/download.ts";
import { outputDirectory, outputPath } from "../../steps/output-directory.ts";
import { virtualBoxArtifact } from "./artifact.ts";
import { keyInputs } from "./checkpoints/key-inputs.ts";
import { checkpointsOf } from "./checkpoints/machine-checkpoints.ts";
import { completeMachine } from "./customize-machine.ts";
import { schema, type IsoBuilderConfig } from "./options/iso.ts";
import { findVirtualBox } from "./facts.ts";
import { exportMachine, removeMachine } from "./finish.ts";
import { resolveConflicts } from "./conflicts.ts";
import { bootedMachine, imageDirectory, restoredMachine, type IsoMachine, type IsoPlan } from "./iso-machine.ts";
import { diskPaths } from "./create-machine.ts";
import { virtualBoxNeeds } from "./needs.ts";
import { virtualBoxPreflight } from "./preflight.ts";
import { requireVersion } from "./required-version.ts";

/** Installs a machine from an ISO in VirtualBox and exports it. */
export const builder: Builder<IsoBuilderConfig> = {
  kind: "builder",
  type: "virtualbox-iso",
  summary: "Installs a virtual machine from an ISO in VirtualBox and exports it as OVF or OVA.",
  schema,
  generatedData: [],
  savesMachines: true,
  build: buildFromIso,
  checkFiles: async (config, directories) => {
    const keys = config.machine_owner_keys.map((key, index) => [["machine_owner_keys", index], key] as const);
    const machineFiles = await checkVirtualBoxFiles(config, directories);
    return [...machineFiles, ...(await missingFiles(keys, directories.work))];
  },
  preflight: virtualBoxPreflight,
  needs: virtualBoxNeeds,
};

async function buildFromIso(run: BuilderRun, config: IsoBuilderConfig): Promise<Artifact> {
  const name = config.vm_name || `packer-${run.build.sourceName}`;
  const facts = await findVirtualBox(run);
  const { driver, machineFolder } = facts;
  requireVersion(config, driver.version);
  const checkpoints = checkpointsOf(run, config);
  const workplace = await checkpoints?.workplace();
  const directory = workplace === undefined ? outputPath(run, config.output_directory) : imageDirectory(workplace);
  const disks = diskPaths(config, directory, name);
  await resolveConflicts(run, driver, { name, machineFolder, disks });
  const output = await outputDirectory(run, {
    path: config.output_directory,
    ownNames: [name, config.output_filename || name],
  });
  const { path: iso } = await downloadIso(run, config);
  const plan = { run, config, facts, name, disks, iso, workplace };
  const built = (checkpoints && (await resumed(plan, checkpoints))) ?? (await bootedMachine(plan));
  await completeMachine(run, config, built);
  const { machine, owned, releaseDisks } = built;
  await exportMachine(run, config, { driver, vm: machine.uuid, directory: output.path, name });
  if (config.keep_registered) await owned.keep();
  else await removeMachine(run, owned);
  await releaseDisks();
  return virtualBoxArtifact(output, config.guest_os_type, config);
}

async function resumed(plan: IsoPlan, checkpoints: Checkpoints): Promise<IsoMachine | undefined> {
  const { run, config, facts, iso } = plan;
  const { driver } = facts;
  const inputs = await run.step("look for a checkpoint", () => keyInputs(run, config, { driver, iso }));
  const found = await checkpoints.resume(inputs, (saved) => restoredMachine(plan, saved));
  return found?.brought;
}
