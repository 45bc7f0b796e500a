import type { NvramChange } from "./nvram.ts";
import type { StorageBus, StorageSlot } from "./storage-slot.ts";
import type { VirtualBoxVersion } from "./version.ts";
import type { VmInfo } from "./vm-info.ts";
import type { Forwarding, VmSettings } from "./vm-settings.ts";

/** VirtualBox on this computer. */
export interface Driver extends DriverVerbs {
  readonly version: VirtualBoxVersion;
}

/**
 * What VirtualBox can do, in verbs. Each takes one object, and rejects with a `VBoxManageError` or the abort reason. How
 * VBoxManage is called for it, and how its answers are read, is known in this folder alone.
 */
export interface DriverVerbs extends Inventory, Machines, Storage, Power, Network, Console, Appliances, Snapshots {
  /** A call that the user wrote. `args` follow the program's name, as they are. */
  runUserCommand(request: Request<{ args: readonly string[] }>): Promise<void>;
}

/** What every verb is given, beside its own parameters. */
type Request<Parameters = unknown> = CallOptions & Readonly<Parameters>;

/** `vm` is a machine's UUID or its name. */
export type VmRequest<Parameters = unknown> = Request<{ vm: string } & Parameters>;

export interface CallOptions {
  readonly signal: AbortSignal;
  /** How long to wait for a machine that another process has locked. Default 30 s. */
  readonly lockTimeoutMs?: number;
}

/** A machine by its name, and by the id that VirtualBox keeps when the name changes. */
export interface Machine {
  readonly uuid: string;
  readonly name: string;
}

export interface SystemProperties {
  /** Where VirtualBox keeps its machines; empty when it does not say. */
  readonly machineFolder: string;
  /** The guest additions ISO that belongs to this VirtualBox, if it is installed. */
  readonly additionsIso: string | undefined;
}

export interface RegisteredDisk {
  readonly uuid: string;
  /** UUID of the image it is made on; absent where there is none. */
  readonly parent: string | undefined;
  readonly path: string;
}

export interface Inventory {
  systemProperties(request: Request): Promise<SystemProperties>;
  listVms(request: Request): Promise<readonly Machine[]>;
  /** The hard disks in VirtualBox's registry, whether or not their files exist. */
  listDisks(request: Request): Promise<readonly RegisteredDisk[]>;
}

export interface Machines {
  /** Creates and registers an empty machine. */
  createVm(request: Request<Machine & { osType: string; architecture: "x86" | "arm" }>): Promise<void>;
  /** `undefined` when VirtualBox has no such machine. */
  vmInfo(request: VmRequest): Promise<VmInfo | undefined>;
  /** Applies the settings in one call, in the order in which they are written. Without any, there is no call. */
  modifyVm(request: VmRequest<{ settings: VmSettings }>): Promise<void>;
  /** Changes the variables of the EFI firmware, one call each. `vm` is a UUID: it owns the keys. */
  modifyNvram(request: VmRequest<{ changes: readonly NvramChange[] }>): Promise<void>;
  /** `resolution` as in `1440x900`. */
  setEfiResolution(request: VmRequest<{ resolution: string }>): Promise<void>;
  /** Removes a machine with its disks, whether it is on or off. Does nothing when there is no such machine. */
  deleteVm(request: VmRequest): Promise<void>;
}

interface NewController {
  readonly name: string;
  readonly bus: StorageBus;
  /** Only for controllers whose ports can be counted: SATA and NVMe (`pcie`). */
  readonly portCount?: number | undefined;
}

export interface Storage {
  createDisk(request: Request<{ path: string; sizeMib: number }>): Promise<void>;
  /** Takes a disk (a path or UUID) out of the registry, and its file with it where `deletesFile`. */
  closeDisk(request: Request<{ disk: string; deletesFile: boolean }>): Promise<void>;
  /** Removes a disk's file, and the disk from the registry if it is there. */
  deleteDisk(request: Request<{ path: string }>): Promise<void>;
  addController(request: VmRequest<NewController>): Promise<void>;
  /** Removes a controller with everything attached to it. */
  removeController(request: VmRequest<{ controller: string }>): Promise<void>;
  attachDisk(
    request: VmRequest<StorageSlot & { path: string; isSolidState: boolean; discards: boolean }>,
  ): Promise<void>;
  /** Attaches an optical drive with a disc in it. */
  attachDvd(request: VmRequest<StorageSlot & { path: string }>): Promise<void>;
  /** Takes out the disc together with its drive. */
  detachDvd(request: VmRequest<StorageSlot>): Promise<void>;
  attachFloppy(request: VmRequest<StorageSlot & { path: string }>): Promise<void>;
}

export interface Power {
  startVm(request: VmRequest<{ isHeadless: boolean }>): Promise<void>;
  pressPowerButton(request: VmRequest): Promise<void>;
  /** Cuts the power of a running machine. Rejects when it is not running. */
  powerOff(request: VmRequest): Promise<void>;
  /** A machine that is off goes on, when it is started, in the state of `file`, which VirtualBox removes then. */
  adoptState(request: VmRequest<{ file: string }>): Promise<void>;
  /** Cuts the power of a machine that is on, after waiting for one that is just being started or stopped. */
  ensurePoweredOff(request: VmRequest): Promise<void>;
}

export interface Network {
  /** Puts a forwarded port of a running machine's first network card in the place of the one of the same name. */
  replaceForwarding(request: VmRequest<{ forwarding: Forwarding }>): Promise<void>;
}

export interface Console {
  /** PC/XT scan codes, two hexadecimal digits each. */
  sendScanCodes(request: VmRequest<{ codes: readonly string[] }>): Promise<void>;
  /** The characters on the screen, without blanks at the end; `undefined` in a graphics mode. */
  textScreen(request: VmRequest): Promise<string | undefined>;
  /** Whether the guest has left keys in the queue of its PS/2 keyboard. */
  hasUnreadKeys(request: VmRequest): Promise<boolean>;
  /** The screen as PNG. It passes through a file in `directory`. */
  screenshot(request: VmRequest<{ directory: string }>): Promise<Uint8Array>;
}

export interface Appliances {
  /** Writes the machine as OVF or OVA, by the ending of `path`, into a directory that exists. `flags` are the user's own. */
  exportVm(request: VmRequest<{ path: string; flags: readonly string[] }>): Promise<void>;
  /** `flags` are the user's own; `options` is a list such as `keepallmacs,keepnatmacs`, or empty. */
  importVm(
    request: Request<{ appliance: string; name: string; flags: readonly string[]; options: string }>,
  ): Promise<void>;
}

export interface Snapshot {
  readonly uuid: string;
  readonly name: string;
  /** Names from the root: `base/updated`. */
  readonly path: string;
  readonly isCurrent: boolean;
}

/** `snapshot` is a UUID or a name. */
export interface Snapshots {
  listSnapshots(request: VmRequest): Promise<readonly Snapshot[]>;
  /**
   * Of a machine that is on, memory and devices are in it too, as a file in its snapshot folder. It hardly stands still
   * where `goesOn`.
   */
  takeSnapshot(request: VmRequest<{ name: string; goesOn?: boolean }>): Promise<void>;
  restoreSnapshot(request: VmRequest<{ snapshot: string }>): Promise<void>;
  /** Its disks are merged into what builds on it. VirtualBox refuses one with several children. */
  deleteSnapshot(request: VmRequest<{ snapshot: string }>): Promise<void>;
  /** Registers a machine of its own in the state of the snapshot, for example to export it. */
  cloneSnapshot(request: VmRequest<{ snapshot: string; clone: Machine }>): Promise<void>;
}
