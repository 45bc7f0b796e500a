import { isOnPath } from "../../lib/on-path.ts";
import type { Builder, CheckPlaces } from "../../sdk/component.ts";
import { missingFiles } from "../../sdk/missing-files.ts";
import { error } from "../../sdk/schema/rules.ts";
import type { ConfigIssue } from "../../sdk/schema/schema.ts";
import { checkMachineFiles } from "../../steps/check-files.ts";
import { qemuFields } from "./options/fields.ts";
import type { QemuConfig } from "./options/qemu.ts";

/** Files of this host that the configuration names. A `firmware` without a slash may be one QEMU brings along. */
export const checkQemuFiles: NonNullable<Builder<QemuConfig>["checkFiles"]> = async (config, places) => {
  const named = fileArguments.filter((name) => config[name] && isPath(config, name));
  const files = named.map((name) => [[name], config[name]!] as const);
  const firmware = await missingFiles(files, places.work, { ofHost: true });
  return [...(await checkMachineFiles(config, places)), ...firmware, ...(await missingProgram(config, places))];
};

/** A program that the template chooses; that there is QEMU at all is for `-preflight`. */
async function missingProgram({ qemu_binary: name }: QemuConfig, places: CheckPlaces): Promise<readonly ConfigIssue[]> {
  if (name === qemuFields.qemu_binary.parse(undefined)) return [];
  if (name.includes("/")) return missingFiles([[["qemu_binary"], name]], places.work, { ofHost: true });
  if (await isOnPath(name, places.host.env["PATH"] ?? "")) return [];
  const detail = `There is no program "${name}" in the directories of PATH. Install it, or give its path.`;
  return [{ ...error("missing-program", ["qemu_binary"], "Program not found", detail), ofHost: true }];
}

const fileArguments = ["efi_firmware_code", "efi_firmware_vars", "firmware"] as const;

function isPath(config: QemuConfig, name: (typeof fileArguments)[number]): boolean {
  return name !== "firmware" || config.use_pflash || config.firmware!.includes("/");
}
