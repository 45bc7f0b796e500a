import { LateTemplate } from "../sdk/late-template.ts";
import type { BuildInput } from "../sdk/run.ts";
import type { BuildPlan } from "./model.ts";
import { plannedOf } from "./planned-of.ts";

/**
 * Arguments of all components that name something on this computer which the build reads: paths, patterns, URLs. A test
 * holds every argument whose name sounds like one against this list.
 */
export const INPUT_ARGUMENTS: ReadonlySet<string> = new Set([
  "cd_files",
  "checksum",
  "efi_firmware_code",
  "efi_firmware_vars",
  "firmware",
  "floppy_dirs",
  "floppy_files",
  "guest_additions_path",
  "guest_additions_url",
  "http_directory",
  "include",
  "iso_checksum",
  "iso_target_path",
  "iso_url",
  "iso_urls",
  "qemu_binary",
  "script",
  "scripts",
  "shared_credentials_file",
  "source",
  "source_path",
  "sources",
  "ssh_bastion_certificate_file",
  "ssh_bastion_private_key_file",
  "ssh_certificate_file",
  "ssh_private_key_file",
  "target_path",
  "user_data_file",
  "vagrantfile_template",
  "working_dir",
]);

/** What the components of a build read from this computer, as their arguments say it. */
export function inputsOf(plan: BuildPlan): readonly BuildInput[] {
  return plannedOf(plan).flatMap((planned) => {
    const { config } = planned.decode();
    return isRecord(config) ? inputsIn(config) : [];
  });
}

function inputsIn(config: Readonly<Record<string, unknown>>): readonly BuildInput[] {
  // These are in the machine, or made while the build runs.
  if (config["direction"] === "download" || config["generated"] === true) return [];
  return Object.entries(config).flatMap(([argument, value]) => {
    if (INPUT_ARGUMENTS.has(argument)) return textsIn(value).map((text) => ({ argument, text }));
    return isRecord(value) ? inputsIn(value) : [];
  });
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (value instanceof LateTemplate) return textsIn(value.text);
  return Array.isArray(value) ? value.flatMap(textsIn) : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
