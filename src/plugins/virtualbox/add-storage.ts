import type { PlacedDisc } from "./discs.ts";
import type { StorageSlot } from "./driver/storage-slot.ts";
import type { IsoBuilderConfig } from "./options/iso.ts";
import { controllerNames, discPlan, diskSlots, type ControllerKind, type DiscRole, type Slot } from "./storage-plan.ts";
import type { Target } from "./target.ts";

export interface NewStorage extends Target {
  /** Paths of the disks, which exist: of each the images it is made of, the lowest first. */
  readonly disks: readonly (readonly string[])[];
  readonly signal: AbortSignal;
}

/** Adds the controllers of a new machine's disks and discs, and attaches the disks. */
export async function addStorage(config: IsoBuilderConfig, { driver, vm, disks, signal }: NewStorage): Promise<void> {
  const portCounts: Partial<Record<ControllerKind, number>> = {
    sata: config.sata_port_count,
    pcie: config.nvme_port_count,
  };
  for (const bus of controllerKinds(config)) {
    await driver.addController({ vm, name: controllerNames[bus], bus, portCount: portCounts[bus], signal });
  }
  const slots = slotsOfDisks(config);
  const traits = { isSolidState: config.hard_drive_nonrotational, discards: config.hard_drive_discard };
  for (const [index, images] of disks.entries()) {
    // One after the other in the same slot: VirtualBox knows an image only when it knows the one below it.
    for (const path of images) await driver.attachDisk({ vm, ...slots[index]!, path, ...traits, signal });
  }
}

/** Where the disks of a new machine are. */
export function slotsOfDisks(config: IsoBuilderConfig): readonly StorageSlot[] {
  const discs = discPlan(config).map(({ slot }) => slot);
  const slots = diskSlots(config.hard_drive_interface, discs).map(storageSlot);
  return slots.slice(0, 1 + config.disk_additional_size.length);
}

/** The machine has IDE in any case, as in Packer: the user's own calls of VBoxManage may name it. ARM has none. */
function controllerKinds(config: IsoBuilderConfig): readonly ControllerKind[] {
  const always: readonly ControllerKind[] = config.chipset.startsWith("armv8") ? [] : ["ide"];
  const ofDiscs = discPlan(config).map(({ slot }) => slot.kind);
  return [...new Set([...always, config.hard_drive_interface, ...ofDiscs])];
}

/** The discs of the plan that have a file. */
export function placeDiscs(
  config: IsoBuilderConfig,
  paths: Readonly<Record<DiscRole, string | undefined>>,
): readonly (PlacedDisc & { readonly role: DiscRole })[] {
  return discPlan(config).flatMap(({ role, slot }) => {
    const path = paths[role];
    return path === undefined ? [] : [{ role, ...storageSlot(slot), path }];
  });
}

function storageSlot({ kind, port, device }: Slot): StorageSlot {
  return { controller: controllerNames[kind], port, device };
}
