import type { CdConfig } from "../../sdk/schema/cd.ts";
import type { StorageBus } from "./driver/storage-slot.ts";

/** A slot on a controller, which is known by its kind: the word of the templates. */
export interface Slot {
  readonly kind: ControllerKind;
  readonly port: number;
  readonly device: number;
}

export type ControllerKind = Exclude<StorageBus, "floppy">;

/** Name of each controller that a new machine may have. */
export const controllerNames: Readonly<Record<ControllerKind, string>> = {
  ide: "IDE",
  sata: "SATA",
  virtio: "VirtioSCSI",
  scsi: "SCSI",
  pcie: "NVMe",
};

/** The roles an optical disc can have. Firmware takes the first drive it finds, so the boot disc has the lowest slot. */
export type DiscRole = "boot" | "additions" | "cd";

const ideSlots: Readonly<Record<DiscRole, readonly [port: number, device: number]>> = {
  boot: [0, 1],
  additions: [1, 0],
  cd: [1, 1],
};
const otherPorts: Readonly<Record<DiscRole, number>> = { boot: 13, additions: 14, cd: 15 };

function discSlot(role: DiscRole, kind: DiscInterface): Slot {
  const [port, device] = kind === "ide" ? ideSlots[role] : [otherPorts[role], 0];
  return { kind, port, device };
}

const sizes: Readonly<Record<ControllerKind, readonly [ports: number, devices: number]>> = {
  ide: [2, 2],
  sata: [30, 1],
  virtio: [256, 1],
  scsi: [16, 1],
  pcie: [255, 1],
};

/** The slots for disks: all those that no disc takes, from the first on. */
export function diskSlots(kind: ControllerKind, discs: readonly Slot[]): readonly Slot[] {
  const [ports, devices] = sizes[kind];
  const all = Array.from({ length: ports * devices }, (_, index) => ({
    kind,
    port: Math.floor(index / devices),
    device: index % devices,
  }));
  const taken = discs.filter((disc) => disc.kind === kind);
  return all.filter((slot) => !taken.some(({ port, device }) => port === slot.port && device === slot.device));
}

/** The arguments that decide which discs a machine has. */
export interface DiscConfig extends Partial<CdConfig> {
  readonly iso_interface: DiscInterface;
  readonly guest_additions_interface?: DiscInterface | undefined;
  readonly guest_additions_mode: "upload" | "attach" | "disable";
}

export type DiscInterface = "ide" | "sata" | "virtio";

/** Which discs the machine has, and where. */
export function discPlan(config: DiscConfig): readonly { readonly role: DiscRole; readonly slot: Slot }[] {
  const { iso_interface: kind } = config;
  const interfaces: readonly (readonly [DiscRole, DiscInterface, boolean])[] = [
    ["boot", kind, true],
    ["additions", config.guest_additions_interface ?? kind, config.guest_additions_mode === "attach"],
    ["cd", kind, hasCd(config)],
  ];
  const wanted = interfaces.filter(([, , isWanted]) => isWanted);
  return wanted.map(([role, own]) => ({ role, slot: discSlot(role, own) }));
}

function hasCd({ cd_files, cd_content }: Partial<CdConfig>): boolean {
  return (cd_files ?? []).length > 0 || Object.keys(cd_content ?? {}).length > 0;
}
