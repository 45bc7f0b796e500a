import { cpus } from "node:os";
import { runCommand } from "../../../lib/process.ts";
import type { KeyInputs } from "../../../sdk/checkpoint.ts";
import type { Run } from "../../../sdk/run.ts";
import { fileInputs } from "../../../sdk/file-inputs.ts";
import { imageDigest, shapingArguments, shapingFiles } from "../../../steps/shaping-inputs.ts";
import { findEfiFirmware } from "../efi-firmware.ts";
import type { Accelerator } from "../options/machine.ts";
import type { QemuConfig } from "../options/qemu.ts";

/** Arguments of this builder that make no other machine. */
const SHAPELESS = new Set<string>([
  "accelerator",
  "disk_compression",
  "display",
  "efi_drop_efivars",
  "qmp_enable",
  "qmp_socket_path",
  "skip_compaction",
  "use_default_display",
  "vnc_bind_address",
  "vnc_password",
  "vnc_port_max",
  "vnc_port_min",
  "vnc_use_password",
]);

export interface MachineFacts {
  readonly accelerator: Accelerator;
  /** The installation medium or source image. */
  readonly source: string;
}

/** What a machine depends on before its first provisioner: its hardware, its media, and what was typed. */
export async function machineInputs(run: Run, config: QemuConfig, facts: MachineFacts): Promise<KeyInputs> {
  const { accelerator, source } = facts;
  return {
    ...shapingArguments(config, SHAPELESS),
    "version of QEMU": await qemuVersion(run, config),
    accelerator,
    processor: dependsOnHost(config, accelerator) ? (cpus()[0]?.model ?? "") : undefined,
    "image of iso_url": await imageDigest(run, source),
    // The disk names it, and the memory may hold parts of it.
    "place of the backing file": config.use_backing_file ? source : undefined,
    ...(await fileInputs(await firmwareOf(config), run.directories.work)),
    ...(await shapingFiles(run, config)),
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
