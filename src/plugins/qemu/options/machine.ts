import { MACHINE_VALUES } from "../../../sdk/schema/boot.ts";
import { choice, defaultText, flag, integer, late, list, text } from "../../../sdk/schema/field.ts";

const ACCELERATORS = ["none", "kvm", "tcg", "xen", "hax", "hvf", "whpx"] as const;
export type Accelerator = (typeof ACCELERATORS)[number];

/** What `qemuargs` may use. */
const ARGUMENT_VALUES = [...MACHINE_VALUES, "HTTPDir", "HTTPContent.*", "OutputDir", "SSHHostPort"] as const;

/** The virtual machine itself: processor, memory, firmware, network, and QEMU's own arguments. */
export const machineFields = {
  accelerator: defaultText(
    choice(
      ACCELERATORS,
      "How the guest's instructions run. Left out, hardware virtualisation is used where a throw-away guest really runs with it, and emulation (`tcg`) otherwise. `none` leaves the choice to QEMU.",
    ).optional(),
    "the fastest one that works on this host",
  ),
  qemu_binary: text("The QEMU program: a name looked for on PATH, or a path.").default("qemu-system-x86_64"),
  machine_type: text("Machine type, as listed by `qemu-system-x86_64 -machine help`.").default("pc"),
  cpu_model: text("Processor model passed to `-cpu` (`host`, `max`, `qemu64`…).").optional(),
  memory: integer("Memory in MiB.").min(1).default(512),
  cpus: integer("Number of virtual processors.").min(1).optional(),
  sockets: integer("Number of processor sockets.").min(1).optional(),
  cores: integer("Processor cores per socket.").min(1).optional(),
  threads: integer("Threads per processor core.").min(1).optional(),

  firmware: text("A firmware image passed to `-bios`, or used as flash memory with `use_pflash`.").optional(),
  use_pflash: flag("Attach `firmware` as read-only flash memory instead of using `-bios`.").default(false),
  efi_boot: flag("Boot through UEFI, with the firmware and a private copy of its variables.").default(false),
  efi_firmware_code: defaultText(
    text("The UEFI firmware itself (CODE). Setting it turns `efi_boot` on.").optional(),
    "the distribution's OVMF",
  ),
  efi_firmware_vars: defaultText(
    text("The template of the UEFI variables (VARS). Setting it turns `efi_boot` on.").optional(),
    "the distribution's OVMF",
  ),
  efi_drop_efivars: flag("Leave the variables (`efivars.fd`) out of the artifact and of the output directory.").default(
    false,
  ),
  vtpm: flag("Give the machine a TPM, emulated by swtpm. Its state is not part of the artifact.").default(false),
  use_tpm1: flag("Emulate TPM 1.2 instead of 2.0.").default(false),
  tpm_device_type: text("The TPM device: `tpm-tis`, `tpm-crb`, `tpm-tis-device` or `tpm-spapr`.").default("tpm-tis"),

  net_device: text("Network adapter model.").default("virtio-net"),
  net_bridge: text(
    "Connect the guest to this bridge of the host instead of QEMU's user network. Linux only; `qemu-bridge-helper` must allow the bridge.",
  ).optional(),

  qemuargs: list(
    list(late(ARGUMENT_VALUES, "One argument."), "A switch and its values."),
    "Arguments for QEMU, each a list of a switch and its values. A switch named here replaces **every** argument imgbuild would have given with that switch. Values may use `{{ .HTTPIP }}`, `{{ .HTTPPort }}`, `{{ .HTTPDir }}`, `{{ .OutputDir }}`, `{{ .Name }}` and `{{ .SSHHostPort }}`.",
  ).default([]),
  qemuargs_append: list(
    list(late(ARGUMENT_VALUES, "One argument."), "A switch and its values."),
    "As `qemuargs`, but added to the arguments imgbuild gives; nothing is replaced.",
  ).default([]),
};
