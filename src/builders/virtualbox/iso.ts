import type { Artifact } from "../../sdk/artifact.ts";
import type { Builder, BuilderRun } from "../../sdk/component.ts";
import { checkMachineFiles } from "../../steps/check-files.ts";
import { missingFiles } from "../../sdk/missing-files.ts";
import { downloadIso } from "../../steps/download.ts";
import { outputDirectory, outputPath } from "../../steps/output-directory.ts";
import { virtualBoxArtifact } from "./artifact.ts";
import { isoSchema, type IsoBuilderConfig } from "./config/iso.ts";
import { attachDiscs, attachFloppy } from "./discs.ts";
import { findVirtualBox } from "./facts.ts";
import { clearTraces, exportMachine, removeDevices, removeMachine } from "./finish.ts";
import { createMachine, diskPaths, placeDiscs } from "./iso-machine.ts";
import { clearWay } from "./leftovers.ts";
import { virtualBoxPreflight } from "./preflight.ts";
import { requireVersion } from "./required-version.ts";
import { createSurroundings } from "./surroundings.ts";
import { runUserRows } from "./user-rows.ts";
import { workWithMachine } from "./work-with-machine.ts";

/** Installs a machine from an ISO in VirtualBox and exports it. */
export const builder: Builder<IsoBuilderConfig> = {
  kind: "builder",
  type: "virtualbox-iso",
  summary: "Installs a virtual machine from an ISO in VirtualBox and exports it as OVF or OVA.",
  schema: isoSchema,
  generatedData: [],
  build: buildFromIso,
  checkFiles: async (config, directories) => [
    ...(await checkMachineFiles(config, directories)),
    ...(await missingFiles(
      config.machine_owner_keys.map((key, index) => [["machine_owner_keys", index], key] as const),
      directories.work,
    )),
  ],
  preflight: virtualBoxPreflight,
};

async function buildFromIso(run: BuilderRun, config: IsoBuilderConfig): Promise<Artifact> {
  const name = config.vm_name || `packer-${run.build.sourceName}`;
  const facts = await findVirtualBox(run);
  const { driver, machineFolder } = facts;
  requireVersion(config, driver.version);
  const directory = outputPath(run, config.output_directory);
  const disks = diskPaths(config, directory, name);
  await clearWay(run, driver, { name, machineFolder, disks });
  const output = await outputDirectory(run, { path: config.output_directory });
  const iso = await downloadIso(run, config);
  const surroundings = await createSurroundings(run, config, facts, name);
  const { additions, floppy, cd, ports, values } = surroundings;
  const made = await createMachine(run, driver, config, { name, disks, ports });
  const vm = made.machine.uuid;
  const discs = placeDiscs(config, { boot: iso.path, additions, cd });
  await attachDiscs(run, driver, vm, discs);
  await attachFloppy(run, driver, vm, floppy, undefined);
  await runUserRows(run, driver, "vboxmanage", config.vboxmanage, values);
  await workWithMachine(run, config, { driver, machine: made.machine, surroundings, installsItself: true });
  const removed = discs.filter(({ role }) => role !== "boot" || !config.bundle_iso);
  await removeDevices(run, driver, vm, { discs: removed, floppy: floppy !== undefined });
  await runUserRows(run, driver, "vboxmanage_post", config.vboxmanage_post, values);
  await clearTraces(run, driver, config, vm);
  await exportMachine(run, driver, config, { vm, directory: output.path, name });
  if (config.keep_registered) await made.owned.keep();
  else await removeMachine(run, made.owned);
  await made.releaseDisks();
  return virtualBoxArtifact(output, config.guest_os_type);
}
