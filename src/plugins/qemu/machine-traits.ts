import { guestArchitecture } from "./architecture.ts";

/** What holds for one kind of machine, and not for every one. */
export interface MachineTraits {
  /** `-machine type=…`; `undefined` leaves the choice to QEMU. */
  readonly machineType: string | undefined;
  /** `-cpu`; `undefined` leaves it to QEMU. */
  readonly cpuModel: string | undefined;
  /** Which drives to boot from can be said by `-boot` (QEMU: "no function defined to set boot device list"). */
  readonly hasBootOrder: boolean;
  readonly hasFloppy: boolean;
  /** There is one in the machine, and a screen; elsewhere they have to be added to type and to see anything. */
  readonly hasKeyboard: boolean;
  /** Where it is not, nothing boots unless UEFI, a firmware or a kernel is named. */
  readonly hasFirmware: boolean;
  /** Controller of discs where the template names none; `undefined` is QEMU's default for `media=cdrom`. */
  readonly discInterface: DiscInterface | undefined;
  readonly tpmDevice: string;
}

type DiscInterface = "ide" | "scsi" | "virtio" | "virtio-scsi";

/** The arguments that say something about it; those that are left out are the machine's own. */
interface TraitsConfig {
  readonly qemu_binary: string;
  readonly machine_type?: string | undefined;
  readonly cpu_model?: string | undefined;
  readonly cdrom_interface?: DiscInterface | undefined;
  readonly tpm_device_type?: string | undefined;
}

const PC: MachineTraits = {
  machineType: "pc",
  cpuModel: undefined,
  hasBootOrder: true,
  hasFloppy: true,
  hasKeyboard: true,
  hasFirmware: true,
  discInterface: undefined,
  tpmDevice: "tpm-tis",
};

/** The machine without hardware of its own that QEMU has for each of the newer architectures: all devices are on PCI. */
const VIRT: MachineTraits = {
  machineType: "virt",
  cpuModel: undefined,
  hasBootOrder: false,
  hasFloppy: false,
  hasKeyboard: false,
  hasFirmware: false,
  discInterface: "virtio-scsi",
  tpmDevice: "tpm-tis-device",
};

/** Architectures whose machines have little in common with a PC. What is not here is taken as QEMU has it. */
const architectures: Readonly<Record<string, MachineTraits>> = {
  amd64: PC,
  i386: PC,
  // Without a processor named, "virt" has one of 32 bits; "max" is the host's own where the host can run it.
  arm64: { ...VIRT, cpuModel: "max" },
  arm: { ...VIRT, cpuModel: "max" },
  riscv64: { ...VIRT, hasFirmware: true },
  riscv32: { ...VIRT, hasFirmware: true },
  loongarch64: VIRT,
  ppc64: { ...PC, machineType: undefined, hasFloppy: false, discInterface: "virtio-scsi", tpmDevice: "tpm-spapr" },
  s390x: { ...VIRT, machineType: undefined, hasKeyboard: true, hasFirmware: true },
};

const OTHER: MachineTraits = { ...PC, machineType: undefined, hasBootOrder: false, hasFloppy: false };

/** What this machine is, with what the template says of it. */
export function machineTraits(config: TraitsConfig): MachineTraits {
  const usual = architectures[guestArchitecture(config.qemu_binary)] ?? OTHER;
  const { machine_type: type = usual.machineType } = config;
  return {
    ...usual,
    ...boardTraits(usual, type),
    machineType: type,
    cpuModel: config.cpu_model ?? (type === usual.machineType ? usual.cpuModel : undefined),
    discInterface: config.cdrom_interface ?? usual.discInterface,
    tpmDevice: config.tpm_device_type ?? usual.tpmDevice,
  };
}

/** A machine type of the user's may have less than others of its architecture, or more. */
function boardTraits(usual: MachineTraits, type: string | undefined): Partial<MachineTraits> {
  if (type === undefined) return {};
  if (/^microvm\b/.test(type)) return { hasBootOrder: false, hasFloppy: false };
  // Boards of real makers (raspi3b, versatilepb) bring what they have, and no PCI to add to it.
  const isBoard = usual.machineType === "virt" && !/^virt\b/.test(type);
  return isBoard ? { hasKeyboard: true, hasFirmware: true } : {};
}
