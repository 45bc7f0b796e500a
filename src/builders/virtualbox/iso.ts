import type { Artifact } from "../../sdk/artifact.ts";
import type { Builder, BuilderRun } from "../../sdk/component.ts";
import { createCd } from "../../steps/cd.ts";
import { checkMachineFiles } from "../../steps/check-files.ts";
import { missingFiles } from "../../sdk/missing-files.ts";
import { downloadIso } from "../../steps/download.ts";
import { createFloppy } from "../../steps/floppy.ts";
import { serveHttp } from "../../steps/http-server.ts";
import { outputDirectory, outputPath } from "../../steps/output-directory.ts";
import { sshKey } from "../../steps/ssh-key.ts";
import { guestAdditions } from "./additions.ts";
import { virtualBoxArtifact } from "./artifact.ts";
import { isoSchema, type IsoBuilderConfig } from "./config/iso.ts";
import { attachDiscs, attachFloppy } from "./discs.ts";
import { findVirtualBox } from "./facts.ts";
import { clearTraces, exportMachine, removeDevices, removeMachine } from "./finish.ts";
import { createMachine, diskPaths, placeDiscs } from "./iso-machine.ts";
import { clearWay } from "./leftovers.ts";
import { reserveMachinePorts } from "./ports.ts";
import { virtualBoxPreflight } from "./preflight.ts";
import { requireVersion } from "./required-version.ts";
import { choosesNetwork, runUserRows } from "./user-rows.ts";
import { NAT_HOST, workWithMachine } from "./work-with-machine.ts";

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
  const { driver, machineFolder, additionsIso } = await findVirtualBox(run);
  requireVersion(config, driver.version);
  const directory = outputPath(run, config.output_directory);
  const disks = diskPaths(config, directory, name);
  await clearWay(run, driver, { name, machineFolder, disks });
  const output = await outputDirectory(run, { path: config.output_directory });
  const iso = await downloadIso(run, config);
  const additions = await guestAdditions(run, config, driver.version, additionsIso);
  const floppy = await createFloppy(run, config);
  const cd = await createCd(run, config);
  const key = await sshKey(run, config);
  const http = await serveHttp(run, config, {
    bindAddress: choosesNetwork(config.vboxmanage) ? "0.0.0.0" : "127.0.0.1",
    values: { HTTPIP: NAT_HOST, Name: name },
  });
  const values = { HTTPIP: NAT_HOST, HTTPPort: http?.port ?? 0, Name: name, SSHPublicKey: key.publicKey };
  const ports = await reserveMachinePorts(run, config);
  const made = await createMachine(run, driver, config, { name, disks, ports });
  const vm = made.machine.uuid;
  const discs = placeDiscs(config, { boot: iso.path, additions, cd });
  await attachDiscs(run, driver, vm, discs);
  await attachFloppy(run, driver, vm, floppy, undefined);
  await runUserRows(run, driver, "vboxmanage", config.vboxmanage, values);
  await workWithMachine(run, config, {
    ...{ driver, machine: made.machine, ports, key, http, values, additions, installsItself: true },
    bootCommand: config.boot_command ?? [],
    bootWaitMs: config.boot_wait,
    groupIntervalMs: config.boot_keygroup_interval,
  });
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
