import { awaitedLater } from "../../lib/awaited-later.ts";
import { errorText } from "../../lib/error-text.ts";
import type { MachineValues } from "../../sdk/schema/boot.ts";
import type { Artifact } from "../../sdk/artifact.ts";
import type { SaveMachine } from "../../sdk/checkpoint.ts";
import type { Builder, BuilderRun } from "../../sdk/component.ts";
import { guestLogin, windowsGuest } from "../../sdk/schema/guest-login.ts";
import { watchedRun } from "../../steps/watched-run.ts";
import { connect } from "../../steps/connect.ts";
import { setGuestClock } from "../../steps/guest-clock.ts";
import { serveHttp } from "../../steps/http-server.ts";
import { outputDirectory, type OutputDirectory } from "../../steps/output-directory.ts";
import { provisionGuest } from "../../steps/provision.ts";
import type { SshKey } from "../../steps/ssh-key.ts";
import { qemuNeeds } from "./needs.ts";
import { chooseAccelerator, type ChosenAccelerator } from "./accelerator.ts";
import { guestArchitecture } from "./architecture.ts";
import { qemuArtifact } from "./artifact.ts";
import { typeAtMachine } from "./boot.ts";
import { checkQemuFiles } from "./check-files.ts";
import { type QemuConfig, schema } from "./options/qemu.ts";
import { openCheckpoints } from "./checkpoints/machine-checkpoints.ts";
import { DEFAULT_SIZE } from "./disks.ts";
import type { DiskFile } from "./drive-arguments.ts";
import type { EfiFirmware } from "./efi-firmware.ts";
import { bridgeAddress, guestAddress, USER_NETWORK_HOST } from "./guest-address.ts";
import { launchMachine, type LaunchedMachine } from "./launch.ts";
import { finishMachine, freshParts, savedParts, saverOf, type MachineParts } from "./machine-parts.ts";
import { qemuPreflight } from "./preflight.ts";
import { sourceImage } from "./source-image.ts";
import { stopMachine } from "./stop.ts";

/** Builds disk images with QEMU: from installation media, or from an existing disk image. */
export const builder: Builder<QemuConfig> = {
  kind: "builder",
  type: "qemu",
  summary: "Builds a disk image (qcow2 or raw) in a QEMU virtual machine, from an ISO or from another disk image.",
  schema,
  generatedData: [],
  savesMachines: true,
  build: buildImage,
  checkFiles: checkQemuFiles,
  preflight: qemuPreflight,
  needs: qemuNeeds,
};

async function buildImage(run: BuilderRun, config: QemuConfig): Promise<Artifact> {
  const name = config.vm_name ?? `packer-${run.build.sourceName}`;
  // Trying out the accelerator takes a moment: it happens while the image is downloaded.
  const accelerator = awaitedLater(chooseAccelerator(run, config, run.signal));
  const source = await sourceImage(run, config);
  const output = await outputDirectory(run, { path: config.output_directory, ownNames: [name] });
  const plan = { run, config, name, source, output, accelerator };
  const { disks, efi } = await runMachine(plan);
  return qemuArtifact(output, {
    diskName: name,
    diskPaths: disks.map((disk) => disk.path),
    diskType: config.format,
    diskSize: config.disk_size ?? DEFAULT_SIZE,
    domainType: (await accelerator).accelerator,
    architecture: guestArchitecture(config.qemu_binary),
    guest: windowsGuest(config),
    efiVarsPath: config.efi_drop_efivars ? undefined : efi?.vars,
    efiCodePath: efi?.code,
  });
}

interface ImagePlan {
  readonly run: BuilderRun;
  readonly config: QemuConfig;
  readonly name: string;
  /** The installation medium or source image. */
  readonly source: string;
  readonly output: OutputDirectory;
  readonly accelerator: Promise<ChosenAccelerator>;
}

/** What the finished image is made of. */
interface FinishedMachine {
  readonly disks: readonly DiskFile[];
  readonly efi: EfiFirmware | undefined;
}

/** From a checkpoint where there is one that can be brought back, else from the beginning. */
async function runMachine(plan: ImagePlan): Promise<FinishedMachine> {
  const { run, config, source } = plan;
  const facts = async () => ({ accelerator: (await plan.accelerator).accelerator, source });
  const checkpoints = await openCheckpoints(run, config, facts);
  for (let saved = checkpoints?.saved; checkpoints && saved;) {
    const parts = await savedParts(plan, checkpoints, saved);
    const begun = await tryToResume(plan, parts);
    if (!("error" in begun)) {
      saved.restored();
      return provisionAndFinish(plan, parts, begun);
    }
    saved = await saved.passOver(errorText(begun.error));
  }
  const parts = await freshParts(plan, checkpoints);
  return provisionAndFinish(plan, parts, await begin(plan, parts));
}

async function tryToResume(plan: ImagePlan, parts: MachineParts): Promise<BegunMachine | { readonly error: unknown }> {
  try {
    return await begin(plan, parts);
  } catch (error) {
    plan.run.signal.throwIfAborted();
    return { error };
  }
}

interface BegunMachine {
  readonly launched: LaunchedMachine;
  readonly http: { readonly port: number } | undefined;
  readonly hostAddress: string;
  readonly values: MachineValues;
}

async function begin({ run, config, ...plan }: ImagePlan, parts: MachineParts): Promise<BegunMachine> {
  const { name, source } = plan;
  const { bindAddress, hostAddress } = hostAddresses(config);
  const http = await serveHttp(run, config, { bindAddress, values: { HTTPIP: hostAddress, Name: name } });
  const { publicKey } = parts.key;
  const values = { HTTPIP: hostAddress, HTTPPort: http?.port ?? 0, Name: name, SSHPublicKey: publicKey };
  const launched = await launchMachine(run, config, {
    name,
    accelerator: await plan.accelerator,
    disks: parts.disks,
    cdroms: [config.disk_image ? undefined : source, parts.cd].filter((path) => path !== undefined),
    floppy: parts.floppy,
    efi: parts.efi,
    outputDirectory: plan.output.path,
    memory: parts.memory,
    values,
  });
  return { launched, http, hostAddress, values };
}

async function provisionAndFinish(
  { run, config, ...plan }: ImagePlan,
  parts: MachineParts,
  begun: BegunMachine,
): Promise<FinishedMachine> {
  const watched = watchedRun(run, begun.launched);
  await installAndProvision(watched, config, { ...begun, ...parts, save: saverOf(parts, begun.launched) });
  return { disks: await finishMachine({ run, config, ...plan }, parts), efi: parts.efi };
}

/** Where the HTTP server listens, and where the guest finds this host. */
function hostAddresses({ net_bridge: bridge }: QemuConfig) {
  if (bridge === undefined) return { bindAddress: "127.0.0.1", hostAddress: USER_NETWORK_HOST };
  const address = bridgeAddress(bridge);
  return { bindAddress: address, hostAddress: address };
}

/** How long a cloud image may refuse a login that cloud-init has not set up yet; emulated ones take their time. */
const FIRST_BOOT_MS = 240_000;

function hasFirstBootData({ disk_image, cd_files, cd_content, ...config }: QemuConfig): boolean {
  const media = [cd_files, cd_content, config.http_content, config.http_directory];
  return disk_image && media.some((source) => source !== undefined);
}

interface Installation extends BegunMachine {
  readonly key: SshKey;
  /** Absent where the machine boots. */
  readonly memory: string | undefined;
  readonly save: SaveMachine | undefined;
}

/** From power-on to power-off: everything that needs the machine to run. */
async function installAndProvision(run: BuilderRun, config: QemuConfig, installation: Installation): Promise<void> {
  const { launched, key, http, hostAddress } = installation;
  // Nobody can tell such a guest to shut down: it does so by itself, whenever it is ready.
  if (config.communicator === "none") launched.expectExit();
  const isRestored = installation.memory !== undefined;
  if (!isRestored) await typeAtMachine(run, config, launched.qmp, installation.values);
  const bridge = config.net_bridge;
  const login = guestLogin(config);
  const host = login.host ?? (bridge === undefined ? "127.0.0.1" : () => guestAddress(launched.qmp, bridge));
  const port = launched.hostPort ?? login.port;
  const communicator = await connect(run, {
    config,
    host,
    port,
    key,
    installsItself: !config.disk_image && !isRestored,
    refusalGraceMs: hasFirstBootData(config) ? FIRST_BOOT_MS : undefined,
  });
  if (isRestored) await setGuestClock(run, communicator);
  await provisionGuest(run, {
    config,
    save: installation.save,
    communicator,
    host: typeof host === "string" ? host : ((await host()) ?? ""),
    port,
    id: String(installation.values.Name),
    key,
    http: http && { ip: hostAddress, port: http.port },
  });
  await stopMachine(run, config, launched, communicator);
}
