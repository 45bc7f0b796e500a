import { awaitedLater } from "../../lib/awaited-later.ts";
import { errorText } from "../../lib/error-text.ts";
import type { MachineValues } from "../../sdk/schema/boot.ts";
import type { Artifact } from "../../sdk/artifact.ts";
import type { Checkpoints } from "../../sdk/checkpoint.ts";
import type { Communicator } from "../../sdk/communicator.ts";
import type { Builder, BuilderRun } from "../../sdk/component.ts";
import { BuildError } from "../../sdk/error.ts";
import { guestLogin, windowsGuest } from "../../sdk/schema/guest-login.ts";
import { watchedRun } from "../../steps/watched-run.ts";
import { connect } from "../../steps/connect.ts";
import { setGuestClock } from "../../steps/guest-clock.ts";
import { serveHttp } from "../../steps/http-server.ts";
import { outputDirectory, type OutputDirectory } from "../../steps/output-directory.ts";
import { provisionGuest } from "../../steps/provision.ts";
import { qemuNeeds } from "./needs.ts";
import { chooseAccelerator, type ChosenAccelerator } from "./accelerator.ts";
import { guestArchitecture } from "./architecture.ts";
import { qemuArtifact } from "./artifact.ts";
import { typeAtMachine } from "./boot.ts";
import { checkQemuFiles } from "./check-files.ts";
import { type QemuConfig, schema } from "./options/qemu.ts";
import { checkpointsOf } from "./checkpoints/machine-checkpoints.ts";
import { machineInputs } from "./checkpoints/machine-inputs.ts";
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
  const checkpoints = checkpointsOf(plan.run, plan.config);
  const directory = await checkpoints?.workplace();
  const machine = (checkpoints && (await resumed(plan, checkpoints))) ?? (await booted(plan, directory));
  await provisionAndStop(machine, plan.config);
  const { parts } = machine;
  return { disks: await finishMachine(plan, parts), efi: parts.efi };
}

/** A machine that can be logged in to. */
interface ReadyMachine extends BegunMachine {
  readonly parts: MachineParts;
  /** Ends when the machine is lost. */
  readonly run: BuilderRun;
  readonly communicator: Communicator;
}

async function resumed(plan: ImagePlan, checkpoints: Checkpoints): Promise<ReadyMachine | undefined> {
  const { run, config, source } = plan;
  const { accelerator } = await plan.accelerator;
  const inputs = await run.step("look for a checkpoint", () => machineInputs(run, config, { accelerator, source }));
  const directory = await checkpoints.workplace();
  const found = await checkpoints.resume(inputs, async (saved) => {
    const parts = await savedParts(plan, directory, saved);
    const begun = await begin(plan, parts);
    // A slow guest and this do not hinder each other.
    saved.verify().catch((damage: unknown) => begun.launched.lose(new BuildError(errorText(damage))));
    const watched = watchedRun(run, begun.launched);
    const communicator = await logIn(watched, { ...config, ...SOON }, { ...begun, parts });
    await setGuestClock(watched, communicator, { password: guestLogin(config).password });
    return { ...begun, parts, run: watched, communicator };
  });
  return found?.brought;
}

/** A machine that was let in to once answers soon, or never: milliseconds. */
const SOON = { ssh_timeout: 120_000, winrm_timeout: 120_000, pause_before_connecting: 0 };

async function booted(plan: ImagePlan, directory: string | undefined): Promise<ReadyMachine> {
  const { run, config } = plan;
  const parts = await freshParts(plan, directory);
  const begun = await begin(plan, parts);
  const watched = watchedRun(run, begun.launched);
  await typeAtMachine(watched, config, begun.launched.qmp, begun.values);
  const communicator = await logIn(watched, config, { ...begun, parts });
  return { ...begun, parts, run: watched, communicator };
}

interface BegunMachine {
  readonly launched: LaunchedMachine;
  readonly http: { readonly port: number } | undefined;
  /** Where the guest finds this host. */
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

type Reached = Pick<ReadyMachine, "launched" | "parts">;

async function logIn(run: BuilderRun, config: QemuConfig, { launched, parts }: Reached): Promise<Communicator> {
  const isRestored = parts.memory !== undefined;
  return connect(run, {
    config,
    host: hostOf(config, launched),
    port: launched.hostPort ?? guestLogin(config).port,
    key: parts.key,
    screenshot: (signal) => launched.screenshot(signal),
    installsItself: !config.disk_image && !isRestored,
    refusalGraceMs: hasFirstBootData(config) && !isRestored ? FIRST_BOOT_MS : undefined,
  });
}

function hostOf(config: QemuConfig, { qmp }: LaunchedMachine): string | (() => Promise<string | undefined>) {
  const { net_bridge: bridge } = config;
  return guestLogin(config).host ?? (bridge === undefined ? "127.0.0.1" : () => guestAddress(qmp, bridge));
}

/** From the first login to power-off: everything that needs the machine to run. */
async function provisionAndStop(machine: ReadyMachine, config: QemuConfig): Promise<void> {
  const { run, launched, parts, communicator, http, hostAddress } = machine;
  const host = hostOf(config, launched);
  await provisionGuest(run, {
    config,
    save: saverOf(parts, launched),
    communicator,
    host: typeof host === "string" ? host : ((await host()) ?? ""),
    port: launched.hostPort ?? guestLogin(config).port,
    id: String(machine.values.Name),
    key: parts.key,
    http: http && { ip: hostAddress, port: http.port },
  });
  await stopMachine(run, config, launched, communicator);
}
