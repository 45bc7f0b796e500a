import { MACHINE_VALUES } from "../../../sdk/schema/boot.ts";
import { communicatorFields, hostPortFields } from "../../../sdk/schema/communicator.ts";
import {
  choice,
  defaultText,
  duration,
  flag,
  integer,
  late,
  lateWithDefault,
  list,
  text,
  keepsEmpty,
} from "../../../sdk/schema/field.ts";
import { conflict, error, portRange, rule } from "../../../sdk/schema/rules.ts";
import type { ConfigIssue, DecodedFields } from "../../../sdk/schema/schema.ts";

const row = list(late(MACHINE_VALUES, "One argument."), "One call: the arguments after `VBoxManage`.");

/** Arguments about VirtualBox that every builder has, whether it creates, imports or finds its machine. */
export const virtualboxFields = {
  headless: flag("Start the machine without a window.").default(false),
  vrdp_bind_address: text(
    "Address the remote display listens on. It has no password: keep it on this computer.",
  ).default("127.0.0.1"),
  vrdp_port_min: integer("Lowest port for the remote display.").min(1).max(65_535).default(5900),
  vrdp_port_max: integer("Ports below this one may be used for the remote display.").min(1).max(65_535).default(6000),
  vboxmanage: list(
    row,
    "Further calls of VBoxManage before the machine is started. Templates with the values of `boot_command`.",
  ).default([]),
  vboxmanage_post: list(row, "Calls of VBoxManage after the machine is off and before it is exported.").default([]),
  virtualbox_version_file: keepsEmpty(
    text("File in the guest that is given the version of VirtualBox; empty for none."),
  ).default(".vbox_version"),
  guest_additions_mode: choice(
    ["upload", "attach", "disable"],
    "How the guest gets the guest additions ISO: uploaded, as a second CD, or not at all.",
  ).default("upload"),
  guest_additions_interface: defaultText(
    choice(["ide", "sata", "virtio"], "Controller the additions ISO is attached to.").optional(),
    "`iso_interface`",
  ),
  guest_additions_path: lateWithDefault(
    ["Version"],
    "VBoxGuestAdditions.iso",
    "Path in the guest to upload the ISO to. A template with `{{ .Version }}`.",
  ),
  guest_additions_url: defaultText(
    late(["Version"], "Where the ISO is. A template with `{{ .Version }}`.").optional(),
    "VirtualBox's own on this computer, else the vendor's download",
  ),
  guest_additions_sha256: defaultText(
    text("SHA-256 of the ISO.").optional(),
    "the vendor's list of checksums, for its download",
  ),
  acpi_shutdown: flag("Press the power button, even though there is a shutdown_command.").default(false),
  disable_shutdown: flag("Only wait: the guest shuts itself down.").default(false),
  post_shutdown_delay: defaultText(
    duration("Further time to leave the machine alone once it is off. Its locks are waited for in any case.")
      .min(0)
      .default(0),
    "0s; VirtualBox is asked until it has let go of the machine",
  ),
  keep_registered: flag("Leave the machine registered in VirtualBox after a good build.").default(false),
  skip_export: flag("Do not export the machine.").default(false),
  bundle_iso: flag("Leave the installation medium attached.").default(false),
};

export const exportFields = {
  format: choice(["ovf", "ova"], "What to export.").default("ovf"),
  export_opts: list(text("An argument."), "Further arguments of `VBoxManage export`.").default([]),
  output_filename: defaultText(text("Name of the exported file, without its ending.").optional(), "`vm_name`"),
};

const fields = { ...communicatorFields, ...hostPortFields, ...virtualboxFields };
type VirtualboxArguments<Name extends keyof typeof fields> = DecodedFields<typeof fields, Name>;

export const virtualboxRules = [
  rule(fields, ["communicator", "guest_additions_mode"], additionsNeedLink),
  rule(fields, ["communicator", "virtualbox_version_file"], versionFileNeedsLink),
  rule(fields, ["guest_additions_sha256"], digestIsOne),
  portRange("vrdp_port_min", "vrdp_port_max"),
  portRange("host_port_min", "host_port_max"),
  rule(fields, ["vboxmanage"], ({ vboxmanage: rows }) => emptyRows(rows, "vboxmanage")),
  rule(fields, ["vboxmanage_post"], ({ vboxmanage_post: rows }) => emptyRows(rows, "vboxmanage_post")),
];

function additionsNeedLink({
  communicator,
  guest_additions_mode: mode,
}: VirtualboxArguments<"communicator" | "guest_additions_mode">): ConfigIssue[] {
  if (communicator !== "none" || mode !== "upload") return [];
  const detail =
    'The guest additions cannot be uploaded with communicator = "none": set guest_additions_mode to "attach" or "disable".';
  return [conflict(["guest_additions_mode"], detail)];
}

function versionFileNeedsLink({
  communicator,
  virtualbox_version_file: file,
}: VirtualboxArguments<"communicator" | "virtualbox_version_file">): ConfigIssue[] {
  if (communicator !== "none" || file === "") return [];
  const detail = 'The version file cannot be written with communicator = "none": set virtualbox_version_file = "".';
  return [conflict(["virtualbox_version_file"], detail)];
}

function digestIsOne({ guest_additions_sha256: digest }: VirtualboxArguments<"guest_additions_sha256">): ConfigIssue[] {
  if (!digest || /^[0-9a-fA-F]{64}$/.test(digest)) return [];
  const detail = "guest_additions_sha256 must be 64 hexadecimal digits.";
  return [error("invalid-argument", ["guest_additions_sha256"], "Invalid value", detail)];
}

function emptyRows(rows: readonly (readonly unknown[])[], name: "vboxmanage" | "vboxmanage_post"): ConfigIssue[] {
  return rows.flatMap((row, index) => {
    if (row.length > 0) return [];
    const detail = "A row needs the arguments of a call of VBoxManage.";
    return [error("invalid-argument", [name, index], "Invalid value", detail)];
  });
}
