import { cpus } from "node:os";
import { hashFile } from "../../../lib/checksum.ts";
import { runCommand } from "../../../lib/process.ts";
import type { KeyInputs } from "../../../sdk/checkpoint.ts";
import type { Run } from "../../../sdk/run.ts";
import { fileInputs } from "../../../sdk/file-inputs.ts";
import { expand } from "../../../steps/media-files.ts";
import { findEfiFirmware } from "../efi-firmware.ts";
import type { Accelerator } from "../options/machine.ts";
import type { QemuConfig } from "../options/qemu.ts";

/** Arguments that make no other machine: where it is shown and reached, how long things may take, what becomes of it. */
const SHAPELESS = new Set<string>([
  "accelerator",
  "cd_files",
  "disk_compression",
  "display",
  "efi_drop_efivars",
  "floppy_dirs",
  "floppy_files",
  "format",
  "headless",
  "host_port_max",
  "host_port_min",
  "http_bind_address",
  "http_directory",
  "http_port_max",
  "http_port_min",
  "iso_checksum",
  "iso_skip_cache",
  "iso_target_extension",
  "iso_target_path",
  "iso_url",
  "iso_urls",
  "output_directory",
  "pause_before_connecting",
  "qmp_enable",
  "qmp_socket_path",
  "shutdown_command",
  "shutdown_timeout",
  "skip_compaction",
  "use_default_display",
  "vm_name",
  "vnc_bind_address",
  "vnc_password",
  "vnc_port_max",
  "vnc_port_min",
  "vnc_use_password",
]);
/** Of how the machine is reached only the user matters: scripts run as that one. */
const COMMUNICATOR = /^(ssh|winrm)_(?!username$)/;

export interface MachineFacts {
  readonly accelerator: Accelerator;
  /** The installation medium or source image. */
  readonly source: string;
}

/** What a machine depends on before its first provisioner: its hardware, its media, and what was typed. */
export async function machineInputs(run: Run, config: QemuConfig, facts: MachineFacts): Promise<KeyInputs> {
  const { accelerator, source } = facts;
  const shaping = Object.entries(config).filter(([name]) => !SHAPELESS.has(name) && !COMMUNICATOR.test(name));
  const { work } = run.directories;
  return {
    ...Object.fromEntries(shaping.map(([name, value]) => [`argument ${name}`, value])),
    "version of QEMU": await qemuVersion(run, config),
    accelerator,
    processor: dependsOnHost(config, accelerator) ? (cpus()[0]?.model ?? "") : undefined,
    "image of iso_url": await digestOf(source),
    // The disk names it, and the memory may hold parts of it.
    "place of the backing file": config.use_backing_file ? source : undefined,
    ...(await fileInputs(await firmwareOf(config), work)),
    ...(await fileInputs(
      [config.ssh_private_key_file].filter((path) => path !== undefined),
      work,
    )),
    ...(await mediaInputs(run, "cd", config.cd_files)),
    ...(await mediaInputs(run, "floppy", [...(config.floppy_files ?? []), ...(config.floppy_dirs ?? [])])),
    ...(config.http_directory === undefined ? {} : await fileInputs([config.http_directory], work)),
  };
}

async function firmwareOf(config: QemuConfig): Promise<readonly string[]> {
  const efi = await findEfiFirmware(config);
  return [efi?.code, efi?.vars, config.firmware].filter((path) => path !== undefined);
}

/** Such a machine can go on only where it was saved. */
function dependsOnHost({ cpu_model: model = "" }: QemuConfig, accelerator: Accelerator): boolean {
  return accelerator !== "tcg" || /^(host|max)\b/.test(model);
}

async function qemuVersion(run: Run, { qemu_binary: binary }: QemuConfig): Promise<string> {
  const { stdout } = await runCommand(binary, ["--version"], { env: run.host.env, signal: run.signal });
  return stdout.split("\n")[0] ?? "";
}

/** An image that QEMU reads from a server by itself is known by its address. */
async function digestOf(source: string): Promise<string> {
  if (/^\w+:\/\//.test(source)) return source;
  return (await hashFile(source, "sha256")).hex;
}

async function mediaInputs(run: Run, medium: string, patterns: readonly string[] | undefined): Promise<KeyInputs> {
  if (!patterns || patterns.length === 0) return {};
  const { work } = run.directories;
  const files = await Promise.all(patterns.map((pattern) => expand(pattern, work)));
  return { [`files of ${medium}`]: { patterns, ...(await fileInputs(files.flat(), work)) } };
}
