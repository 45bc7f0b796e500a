import type { Artifact } from "../../sdk/artifact.ts";
import type { Builder, BuilderRun } from "../../sdk/component.ts";
import { checkVirtualBoxFiles } from "./check-files.ts";
import { missingFiles } from "../../sdk/missing-files.ts";
import { downloadIso } from "../../steps/download.ts";
import { outputDirectory, outputPath } from "../../steps/output-directory.ts";
import { placeDiscs } from "./add-storage.ts";
import { virtualBoxArtifact } from "./artifact.ts";
import { customizeMachine } from "./customize-machine.ts";
import { schema, type IsoBuilderConfig } from "./options/iso.ts";
import { findVirtualBox } from "./facts.ts";
import { exportMachine, removeMachine } from "./finish.ts";
import { resolveConflicts } from "./conflicts.ts";
import { createMachine, diskPaths } from "./create-machine.ts";
import { virtualBoxNeeds } from "./needs.ts";
import { virtualBoxPreflight } from "./preflight.ts";
import { requireVersion } from "./required-version.ts";
import { prepareInputs } from "./machine-inputs.ts";

/** Installs a machine from an ISO in VirtualBox and exports it. */
export const builder: Builder<IsoBuilderConfig> = {
  kind: "builder",
  type: "virtualbox-iso",
  summary: "Installs a virtual machine from an ISO in VirtualBox and exports it as OVF or OVA.",
  schema,
  generatedData: [],
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
  const directory = outputPath(run, config.output_directory);
  const disks = diskPaths(config, directory, name);
  await resolveConflicts(run, driver, { name, machineFolder, disks });
  const output = await outputDirectory(run, {
    path: config.output_directory,
    ownNames: [name, config.output_filename || name],
  });
  const iso = await downloadIso(run, config);
  const inputs = await prepareInputs(run, config, { facts, name });
  const { additions, cd, ports } = inputs;
  const { machine, owned, releaseDisks } = await createMachine(run, config, { driver, name, disks, ports });
  const discs = placeDiscs(config, { boot: iso.path, additions, cd });
  const removedDiscs = discs.filter(({ role }) => role !== "boot" || !config.bundle_iso);
  const guest = { driver, machine, inputs, installsItself: true };
  await customizeMachine(run, config, { ...guest, discs, removedDiscs, info: undefined });
  await exportMachine(run, config, { driver, vm: machine.uuid, directory: output.path, name });
  if (config.keep_registered) await owned.keep();
  else await removeMachine(run, owned);
  await releaseDisks();
  return virtualBoxArtifact(output, config.guest_os_type, config);
}
