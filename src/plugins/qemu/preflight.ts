import { runCommand } from "../../lib/process.ts";
import { errorWithHint } from "../../sdk/error.ts";
import { exists } from "../../owned/owned-path.ts";
import type { Run } from "../../sdk/run.ts";
import type { QemuConfig } from "./options/qemu.ts";
import { findEfiFirmware } from "./efi-firmware.ts";
import { toolFailure } from "./tool-failure.ts";

/** What would stop the build before its machine runs: missing programs, firmware or devices. */
export async function qemuPreflight(run: Run, config: QemuConfig): Promise<readonly string[]> {
  const programs = [config.qemu_binary, "qemu-img"];
  if (config.vtpm) programs.push("swtpm");
  const missing = await Promise.all(programs.map((program) => missingProgram(run, program)));
  const firmware = await findEfiFirmware(config).then(() => undefined, errorWithHint);
  return [...missing, firmware, await missingKvm(config)].filter((sentence) => sentence !== undefined);
}

async function missingProgram(run: Run, program: string): Promise<string | undefined> {
  return runCommand(program, ["--version"], { env: run.host.env, signal: run.signal }).then(
    () => undefined,
    (error: unknown) => errorWithHint(toolFailure(program, error)),
  );
}

async function missingKvm({ accelerator }: QemuConfig): Promise<string | undefined> {
  if (accelerator !== "kvm" || (await exists("/dev/kvm"))) return undefined;
  return 'accelerator = "kvm" needs /dev/kvm, which is not there. Leave "accelerator" out to let imgbuild choose.';
}
