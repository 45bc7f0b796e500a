import type { Artifact } from "../../sdk/artifact.ts";
import type { Builder, BuilderRun } from "../../sdk/component.ts";
import { guestLogin, windowsGuest } from "../../sdk/schema/guest-login.ts";
import { watchedRun } from "../../steps/watched-run.ts";
import { createCd } from "../../steps/cd.ts";
import { connect } from "../../steps/connect.ts";
import { createFloppy } from "../../steps/floppy.ts";
import { serveHttp } from "../../steps/http-server.ts";
import { outputDirectory } from "../../steps/output-directory.ts";
import { provisionGuest } from "../../steps/provision.ts";
import { sshKey } from "../../steps/ssh-key.ts";
import { chooseAccelerator } from "./accelerator.ts";
import { guestArchitecture } from "./architecture.ts";
import { qemuArtifact } from "./artifact.ts";
import { typeAtMachine } from "./boot.ts";
import { checkQemuFiles } from "./check-files.ts";
import { type QemuConfig, schema } from "./options/qemu.ts";
import { createDisks, DEFAULT_SIZE, finishDisks } from "./disks.ts";
import { prepareEfi } from "./efi.ts";
import { bridgeAddress, guestAddress, USER_NETWORK_HOST } from "./guest-address.ts";
import { launchMachine, type LaunchedMachine } from "./launch.ts";
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
  build: buildImage,
  checkFiles: checkQemuFiles,
  preflight: qemuPreflight,
};

async function buildImage(run: BuilderRun, config: QemuConfig): Promise<Artifact> {
  const name = config.vm_name ?? `packer-${run.build.sourceName}`;
  // Trying out the accelerator takes a moment: it happens while the image is downloaded.
  const accelerator = chooseAccelerator(run, config, run.signal);
  accelerator.catch(() => {});
  const source = await sourceImage(run, config);
  const output = await outputDirectory(run, { path: config.output_directory });
  const floppy = await createFloppy(run, config);
  const cd = await createCd(run, config);
  const disks = await createDisks(run, config, { directory: output.path, name, source });
  const efi = await prepareEfi(run, config, output.path);
  const key = await sshKey(run, config);
  const { bindAddress, hostAddress } = hostAddresses(config);
  const http = await serveHttp(run, config, { bindAddress, values: { HTTPIP: hostAddress, Name: name } });
  const values = { HTTPIP: hostAddress, HTTPPort: http?.port ?? 0, Name: name, SSHPublicKey: key.publicKey };
  const launched = await launchMachine(run, config, {
    name,
    accelerator: await accelerator,
    disks,
    cdroms: [config.disk_image ? undefined : source, cd].filter((path) => path !== undefined),
    floppy,
    efi,
    outputDirectory: output.path,
    values,
  });
  await installAndProvision(watchedRun(run, launched), config, { launched, key, http, hostAddress, values });
  await finishDisks(run, config, disks);
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

interface Installation {
  readonly launched: LaunchedMachine;
  readonly key: Awaited<ReturnType<typeof sshKey>>;
  readonly http: { readonly port: number } | undefined;
  readonly hostAddress: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** From power-on to power-off: everything that needs the machine to run. */
async function installAndProvision(run: BuilderRun, config: QemuConfig, installation: Installation): Promise<void> {
  const { launched, key, http, hostAddress } = installation;
  // Nobody can tell such a guest to shut down: it does so by itself, whenever it is ready.
  if (config.communicator === "none") launched.expectExit();
  await typeAtMachine(run, config, launched.qmp, installation.values);
  const bridge = config.net_bridge;
  const login = guestLogin(config);
  const host = login.host ?? (bridge === undefined ? "127.0.0.1" : () => guestAddress(launched.qmp, bridge));
  const port = launched.hostPort ?? login.port;
  const communicator = await connect(run, {
    config,
    host,
    port,
    key,
    installsItself: !config.disk_image,
    refusalGraceMs: hasFirstBootData(config) ? FIRST_BOOT_MS : undefined,
  });
  await provisionGuest(run, {
    config,
    communicator,
    host: typeof host === "string" ? host : ((await host()) ?? ""),
    port,
    id: installation.values["Name"] as string,
    key,
    http: http && { ip: hostAddress, port: http.port },
  });
  await stopMachine(run, config, launched, communicator);
}
