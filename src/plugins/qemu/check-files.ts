import type { Builder } from "../../sdk/component.ts";
import { missingFiles } from "../../sdk/missing-files.ts";
import { checkMachineFiles } from "../../steps/check-files.ts";
import type { QemuConfig } from "./options/qemu.ts";

/** Files of this host that the configuration names. A `firmware` without a slash may be one QEMU brings along. */
export const checkQemuFiles: NonNullable<Builder<QemuConfig>["checkFiles"]> = async (config, directories) => {
  const named = (["efi_firmware_code", "efi_firmware_vars", "firmware"] as const).flatMap((name) => {
    const file = config[name];
    const isPath = file !== undefined && (name !== "firmware" || config.use_pflash || file.includes("/"));
    return isPath ? [[[name], file] as const] : [];
  });
  return [...(await checkMachineFiles(config, directories)), ...(await missingFiles(named, directories.work))];
};
