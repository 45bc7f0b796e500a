/** A place on one of a machine's storage controllers. */
export interface StorageSlot {
  /** The controller's name. */
  readonly controller: string;
  readonly port: number;
  readonly device: number;
}

export type StorageBus = "ide" | "sata" | "scsi" | "pcie" | "virtio" | "floppy";
