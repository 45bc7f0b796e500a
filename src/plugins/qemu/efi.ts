import { chmod, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "../../sdk/error.ts";
import type { Run } from "../../sdk/run.ts";
import type { QemuConfig } from "./options/qemu.ts";
import { machineTraits } from "./machine-traits.ts";
import { findEfiFirmware, type EfiFirmware } from "./efi-firmware.ts";

/**
 * Finds the UEFI firmware and gives the machine its own copy of the variables: `efivars.fd` in the output directory, or
 * among the temporary files when they are not to be part of the artifact.
 */
export async function prepareEfi(
  run: Run,
  config: QemuConfig,
  outputDirectory: string,
): Promise<EfiFirmware | undefined> {
  const firmware = await findEfiFirmware(config);
  if (!firmware) return undefined;
  return run.step("prepare UEFI variables", async () => {
    if (firmware.secure && !/q35/.test(machineTraits(config).machineType ?? "")) {
      throw new BuildError(`The UEFI firmware "${firmware.code}" has Secure Boot, which needs another machine type`, {
        hint: 'Set machine_type = "q35".',
      });
    }
    const inOutput = join(outputDirectory, "efivars.fd");
    const aside = join(run.directories.temp, `efivars-${run.build.sourceName}.fd`);
    const vars = config.efi_drop_efivars ? aside : inOutput;
    try {
      await copyFile(firmware.vars, vars);
      await chmod(vars, 0o644);
    } catch (cause) {
      throw new BuildError(`The UEFI variables could not be copied from "${firmware.vars}"`, { cause });
    }
    run.debug("efi", `firmware ${firmware.code}, variables copied from ${firmware.vars}`);
    return { ...firmware, vars };
  });
}
