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

export function discSlot(role: DiscRole, kind: "ide" | "sata" | "virtio"): Slot {
  const [port, device] = kind === "ide" ? ideSlots[role] : [otherPorts[role], 0];
  return { kind, port, device };
}

/** Where `count` disks go: on IDE the places no disc wants, elsewhere one port each. */
export function diskSlots(kind: ControllerKind, count: number, discs: readonly Slot[]): readonly Slot[] {
  const isTaken = (port: number, device: number) =>
    discs.some((disc) => disc.kind === kind && disc.port === port && disc.device === device);
  const ide = [0, 1].flatMap((port) => [0, 1].map((device) => ({ kind, port, device })));
  const free =
    kind === "ide"
      ? ide.filter(({ port, device }) => !isTaken(port, device))
      : Array.from({ length: count }, (_, port) => ({ kind, port, device: 0 }));
  return free.slice(0, count);
}

export function hasCd({ cd_files, cd_content }: Partial<CdConfig>): boolean {
  return (cd_files ?? []).length > 0 || Object.keys(cd_content ?? {}).length > 0;
}
