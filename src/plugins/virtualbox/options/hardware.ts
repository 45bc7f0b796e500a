import { cdFields } from "../../../sdk/schema/cd.ts";
import { choice, defaultText, flag, integer, list, text } from "../../../sdk/schema/field.ts";
import { error, rule, warning } from "../../../sdk/schema/rules.ts";
import type { ConfigIssue, DecodedFields } from "../../../sdk/schema/schema.ts";
import { discPlan, diskSlots } from "../storage-plan.ts";
import { virtualboxFields } from "./virtualbox.ts";

/** The machine that `virtualbox-iso` creates. The other builders take it as they find it. */
export const hardwareFields = {
  guest_os_type: text("VirtualBox's id of the guest system (`VBoxManage list ostypes`), e.g. `Debian12_64`.").default(
    "Other",
  ),
  cpus: integer("Virtual processors.").min(1).default(1),
  memory: integer("Memory, MiB.").min(4).default(512),
  sound: text("Sound driver of this computer, or `none`.").default("none"),
  audio_controller: choice(["ac97", "hda", "sb16", "none"], "Sound chip of the machine.").default("ac97"),
  usb: flag("Give the machine USB.").default(false),
  usb_controller: choice(["ohci", "ehci", "xhci", "none"], "USB controller, where `usb` is on.").default("ehci"),
  chipset: choice(["piix3", "ich9", "armv8", "armv8virtual"], "Chipset of the machine.").default("piix3"),
  firmware: choice(["bios", "efi", "efi32", "efi64"], "Firmware the machine starts with.").default("bios"),
  secure_boot: flag(
    "Enrol Microsoft's keys in the firmware's variables and switch Secure Boot on. Needs EFI. Beyond Packer.",
  ).default(false),
  machine_owner_keys: list(
    text("A path."),
    "Certificates (DER) enrolled in the firmware's variables as machine owner keys before the first start. Needs EFI. Beyond Packer.",
  ).default([]),
  tpm: choice(["none", "1.2", "2.0"], "A trusted platform module for the machine. Beyond Packer.").default("none"),
  nested_virt: flag("Pass hardware virtualization on to the guest.").optional(),
  rtc_time_base: choice(["UTC", "local"], "What the machine's clock shows.").default("local"),
  nic_type: choice(
    ["82540EM", "82543GC", "82545EM", "Am79C970A", "Am79C973", "Am79C960", "virtio", "usbnet"],
    "Model of the network cards.",
  ).default("82540EM"),
  mouse: choice(["ps2", "usb", "usbtablet", "usbmultitouch"], "Pointing device.").default("ps2"),
  keyboard: choice(["ps2", "usb"], "Keyboard. `boot_command` is typed on either.").default("ps2"),
  gfx_controller: defaultText(
    choice(["vboxvga", "vboxsvga", "vmsvga", "qemuramfb", "none"], "Graphics adapter.").optional(),
    "what VirtualBox suggests for `guest_os_type`",
  ),
  gfx_vram_size: integer("Memory of the graphics adapter, MiB.").min(1).max(128).default(4),
  gfx_accelerate_3d: flag("3D acceleration.").default(false),
  gfx_efi_resolution: text("Resolution of the EFI console, e.g. `1440x900`.").optional(),
};

/** The disks that `virtualbox-iso` creates, and the controllers of its media. */
export const storageFields = {
  disk_size: integer("Size of the main disk, MiB.").min(1).default(40_000),
  disk_additional_size: list(integer("MiB.").min(1), "Sizes of further disks, MiB.").default([]),
  hard_drive_interface: choice(
    ["ide", "sata", "scsi", "pcie", "virtio"],
    "Controller of the disks; `pcie` is NVMe.",
  ).default("ide"),
  hard_drive_discard: flag("Hand TRIM on to the disk file.").default(false),
  hard_drive_nonrotational: flag("Tell the guest that the disks are solid state.").default(false),
  sata_port_count: integer("Ports of the SATA controller.").min(1).max(30).default(1),
  nvme_port_count: integer("Ports of the NVMe controller.").min(1).max(255).default(1),
  iso_interface: choice(["ide", "sata", "virtio"], "Controller of the installation medium.").default("ide"),
};

const fields = { ...hardwareFields, ...storageFields, ...virtualboxFields, ...cdFields };
type HardwareArguments<Name extends keyof typeof fields> = DecodedFields<typeof fields, Name>;

/** What decides which discs the machine has, and where. */
const discArguments = [
  "iso_interface",
  "guest_additions_mode",
  "guest_additions_interface",
  "cd_files",
  "cd_content",
] as const;
type DiscArgument = (typeof discArguments)[number];

export const hardwareRules = [
  rule(fields, ["firmware", "secure_boot"], ({ firmware, secure_boot }) =>
    secure_boot ? efiIssues(firmware, "secure_boot") : [],
  ),
  rule(fields, ["firmware", "machine_owner_keys"], ({ firmware, machine_owner_keys: keys }) =>
    keys.length > 0 ? efiIssues(firmware, "machine_owner_keys") : [],
  ),
  rule(fields, ["gfx_efi_resolution"], resolutionIsOne),
  rule(fields, ["hard_drive_interface", "disk_additional_size", ...discArguments], disksFit),
  rule(fields, ["firmware", ...discArguments], mediumComesFirst),
];

function efiIssues(firmware: string, name: keyof typeof fields): ConfigIssue[] {
  if (firmware !== "bios") return [];
  const detail = `"${name}" needs the EFI firmware: set firmware = "efi".`;
  return [error("missing-argument", [name], "Missing argument", detail)];
}

function resolutionIsOne({ gfx_efi_resolution: text }: HardwareArguments<"gfx_efi_resolution">): ConfigIssue[] {
  if (text === undefined || /^\d+x\d+$/.test(text)) return [];
  const detail = `gfx_efi_resolution must look like "1440x900", not "${text}".`;
  return [error("invalid-argument", ["gfx_efi_resolution"], "Invalid value", detail)];
}

/** Every disk needs a slot that no disc takes: the installation medium, the guest additions, the CD of `cd_files`. */
function disksFit({
  hard_drive_interface: kind,
  disk_additional_size: additional,
  ...config
}: HardwareArguments<"hard_drive_interface" | "disk_additional_size" | DiscArgument>): ConfigIssue[] {
  const count = 1 + additional.length;
  const taken = discPlan(config).map(({ slot }) => slot);
  const room = diskSlots(kind, taken).length;
  if (count <= room) return [];
  const other = kind === "ide" ? ' Use hard_drive_interface = "sata".' : "";
  const detail = `The ${kind} controller has room for ${room} disk(s) beside what else is attached to it, and ${count} are asked for.${other}`;
  return [error("too-many-disks", ["disk_additional_size"], "Too many disks", detail)];
}

/** A BIOS looks at IDE before anything else, and at the first optical drive only. */
function mediumComesFirst(args: HardwareArguments<"firmware" | DiscArgument>): ConfigIssue[] {
  const { iso_interface: medium, guest_additions_interface: additions, guest_additions_mode: mode, firmware } = args;
  if (mode !== "attach" || additions !== "ide" || medium === "ide" || firmware !== "bios") return [];
  const detail = `A BIOS would start from the guest additions, which are on IDE, and not from the installation medium on ${medium}. Set guest_additions_interface = "${medium}", or leave it out.`;
  return [warning("boot-order", ["guest_additions_interface"], "The machine will not start from its medium", detail)];
}
