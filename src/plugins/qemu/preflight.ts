import { access } from "node:fs/promises";
import { runCommand } from "../../lib/process.ts";
import type { Run } from "../../sdk/run.ts";
import type { QemuConfig } from "./options/qemu.ts";
import { findEfiFirmware } from "./efi-firmware.ts";
import { toolFailure } from "./tool-failure.ts";

/** What would stop the build before its machine runs: missing programs, firmware or devices. */
export async function qemuPreflight(run: Run, config: QemuConfig): Promise<readonly string[]> {
  const programs = [config.qemu_binary, "qemu-img", ...(config.vtpm ? ["swtpm"] : [])];
  const missing = await Promise.all(programs.map((program) => missingProgram(run, program)));
  const firmware = await findEfiFirmware(config).then(() => undefined, describe);
  const kvm = config.accelerator === "kvm" ? await access("/dev/kvm").then(() => undefined, noKvm) : undefined;
  return [...missing, firmware, kvm].filter((sentence) => sentence !== undefined);
}

async function missingProgram(run: Run, program: string): Promise<string | undefined> {
  return runCommand(program, ["--version"], { env: run.host.env, signal: run.signal }).then(
    () => undefined,
    (error: unknown) => describe(toolFailure(program, error)),
  );
}

function noKvm(): string {
  return 'accelerator = "kvm" needs /dev/kvm, which is not there. Leave "accelerator" out to let imgbuild choose.';
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "hint" in error && typeof error.hint === "string" ? `${error.message}. ${error.hint}` : error.message;
}
