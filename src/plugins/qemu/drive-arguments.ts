import { escape, type Argument } from "./argument.ts";
import { machineTraits } from "./machine-traits.ts";
import type { QemuConfig } from "./options/qemu.ts";

/** One image of the machine, in the order of its disks. */
export interface DiskFile {
  readonly path: string;
  readonly format: "qcow2" | "raw";
}

export interface Drives {
  readonly disks: readonly DiskFile[];
  /** Installation media first, then the `cd_files` disc. */
  readonly cdroms: readonly string[];
}

/** Interfaces QEMU wires up by itself (`-drive if=…`); the others need a controller and a device for each drive. */
type Bus = {
  readonly controller: string;
  readonly disk: string;
  readonly cdrom: string;
  readonly bus: (index: number) => string;
};

const buses: Readonly<Record<string, Bus>> = {
  "virtio-scsi": { controller: "virtio-scsi-pci,id=scsi0", disk: "scsi-hd", cdrom: "scsi-cd", bus: () => "scsi0.0" },
  scsi: { controller: "lsi53c895a,id=lsi0", disk: "scsi-hd", cdrom: "scsi-cd", bus: () => "lsi0.0" },
  sata: { controller: "ahci,id=ahci0", disk: "ide-hd", cdrom: "ide-cd", bus: (index) => `ahci0.${index}` },
  sd: { controller: "sdhci-pci,id=sdhci0", disk: "sd-card", cdrom: "sd-card", bus: () => "sd-bus" },
};

/** Disks and discs, controllers first. */
export function driveArguments(config: QemuConfig, drives: Drives): Argument[] {
  const discInterface = discInterfaceOf(config);
  const used = new Set([config.disk_interface, drives.cdroms.length > 0 ? discInterface : config.cdrom_interface]);
  const controllers = [...used].map((name) => buses[name ?? ""]?.controller).filter((name) => name !== undefined);
  return [
    ...controllers.map((controller): Argument => ["-device", controller]),
    ...drives.disks.flatMap((disk, index) => diskDrive(config, disk, index)),
    ...drives.cdroms.flatMap((path, index) => disc(discInterface, path, index + drives.disks.length)),
  ];
}

/** A controller of ours would go with all other devices, where the template names devices in their place. */
function discInterfaceOf(config: QemuConfig): QemuConfig["cdrom_interface"] {
  const replacesDevices = config.qemuargs.some(([name]) => name?.text === "-device");
  return replacesDevices ? config.cdrom_interface : machineTraits(config).discInterface;
}

function diskDrive(config: QemuConfig, { path, format }: DiskFile, index: number): Argument[] {
  const zeroes = config.disk_detect_zeroes === "off" ? "" : `,detect-zeroes=${config.disk_detect_zeroes}`;
  const caching = `cache=${config.disk_cache},discard=${config.disk_discard},format=${format}${zeroes}`;
  const bus = buses[config.disk_interface];
  if (!bus) return [["-drive", `file=${escape(path)},if=${config.disk_interface},${caching}`]];
  return [
    ["-drive", `if=none,file=${escape(path)},id=drive${index},${caching}`],
    ["-device", `${bus.disk},bus=${bus.bus(index)},drive=drive${index}`],
  ];
}

function disc(name: QemuConfig["cdrom_interface"], path: string, index: number): Argument[] {
  const file = `file=${escape(path)}`;
  if (name === undefined) return [["-drive", `${file},media=cdrom`]];
  const bus = buses[name];
  if (!bus) return [["-drive", `${file},if=${name},media=cdrom`]];
  return [
    ["-drive", `${file},if=none,id=cdrom${index},media=cdrom`],
    ["-device", `${bus.cdrom},bus=${bus.bus(index)},drive=cdrom${index}`],
  ];
}
