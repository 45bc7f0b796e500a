import type { CdConfig } from "../../sdk/schema/cd.ts";

/** A place on a controller. `kind` is the word of the templates. */
export interface Slot {
  readonly kind: ControllerKind;
  readonly port: number;
  readonly device: number;
}

export type ControllerKind = "ide" | "sata" | "scsi" | "pcie" | "virtio";

/** Name and `storagectl` arguments of each controller a new machine may have. */
export const controllers: {
  readonly [Kind in ControllerKind]: { readonly name: string; readonly add: (ports: PortCounts) => readonly string[] };
} = {
  ide: { name: "IDE", add: () => ["--add", "ide"] },
  sata: { name: "SATA", add: ({ sata }) => ["--add", "sata", "--portcount", String(sata)] },
  virtio: { name: "VirtioSCSI", add: () => ["--add", "virtio", "--controller", "VirtIO"] },
  scsi: { name: "SCSI", add: () => ["--add", "scsi", "--controller", "LSILogic"] },
  pcie: { name: "NVMe", add: ({ nvme }) => ["--add", "pcie", "--controller", "NVMe", "--portcount", String(nvme)] },
};

export interface PortCounts {
  readonly sata: number;
  readonly nvme: number;
}

/** The roles an optical disc can have. Firmware takes the first drive it finds, so the boot disc has the lowest place. */
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

/** The places for disks: all that no disc wants, from the first. */
export function diskSlots(kind: ControllerKind, discs: readonly Slot[]): readonly Slot[] {
  const [ports, devices] = sizes[kind];
  const all = Array.from({ length: ports * devices }, (_, index) => ({
    kind,
    port: Math.floor(index / devices),
    device: index % devices,
  }));
  return all.filter(({ port, device }) =>
    discs.every((disc) => disc.kind !== kind || disc.port !== port || disc.device !== device),
  );
}

/** What of a configuration says which discs there are. */
export interface DiscWishes extends Partial<CdConfig> {
  readonly iso_interface: DiscInterface;
  readonly guest_additions_interface?: DiscInterface | undefined;
  readonly guest_additions_mode: "upload" | "attach" | "disable";
}

export type DiscInterface = "ide" | "sata" | "virtio";

/** Which discs the machine has, and where. */
export function discPlan(config: DiscWishes): readonly { readonly role: DiscRole; readonly slot: Slot }[] {
  const { iso_interface: kind } = config;
  const additions = config.guest_additions_interface ?? kind;
  return [
    { role: "boot", slot: discSlot("boot", kind) },
    ...(config.guest_additions_mode === "attach"
      ? [{ role: "additions" as const, slot: discSlot("additions", additions) }]
      : []),
    ...(hasCd(config) ? [{ role: "cd" as const, slot: discSlot("cd", kind) }] : []),
  ];
}

function hasCd({ cd_files, cd_content }: Partial<CdConfig>): boolean {
  return (cd_files ?? []).length > 0 || Object.keys(cd_content ?? {}).length > 0;
}
