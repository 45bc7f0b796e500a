import type { Builder } from "../../sdk/component.ts";
import { missingFiles } from "../../sdk/missing-files.ts";
import { checkMachineFiles } from "../../steps/check-files.ts";
import type { QemuConfig } from "./options/qemu.ts";

/** Files of this host that the configuration names. A `firmware` without a slash may be one QEMU brings along. */
export const checkQemuFiles: NonNullable<Builder<QemuConfig>["checkFiles"]> = async (config, directories) => {
  const named = fileArguments.filter((name) => config[name] && isPath(config, name));
  const files = named.map((name) => [[name], config[name]!] as const);
  return [...(await checkMachineFiles(config, directories)), ...(await missingFiles(files, directories.work))];
};

const fileArguments = ["efi_firmware_code", "efi_firmware_vars", "firmware"] as const;

function isPath(config: QemuConfig, name: (typeof fileArguments)[number]): boolean {
  return name !== "firmware" || config.use_pflash || config.firmware!.includes("/");
}
