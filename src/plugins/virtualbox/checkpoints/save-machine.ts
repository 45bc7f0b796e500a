import { copyFile, link, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "../../../sdk/error.ts";
import type { MachineState, SaveMachine } from "../../../sdk/checkpoint.ts";
import type { SshKey } from "../../../steps/ssh-key.ts";
import { FLOPPY_CONTROLLER } from "../discs.ts";
import type { StorageSlot } from "../driver/storage-slot.ts";
import type { VmInfo } from "../driver/vm-info.ts";
import type { Target } from "../target.ts";

/** The images one disk is made of, by their roles, the lowest first. */
export type ImageRoles = readonly string[];

/** What has to be known of a saved machine beside its files. */
export interface VirtualBoxState {
  readonly chains: readonly ImageRoles[];
  readonly macAddresses: Readonly<Record<string, string>>;
  /** The key that the guest lets in. */
  readonly key: SshKey;
}

export interface SavedParts extends Target {
  /** Where the files of checkpoints are put together. */
  readonly workplace: string;
  /** Slots of the disks, in order. */
  readonly disks: readonly StorageSlot[];
  /** Of each disk, the images below the one that is written. */
  readonly chains: readonly ImageRoles[];
  /** Slots of the discs: they are only read. */
  readonly discs: readonly StorageSlot[];
  readonly key: SshKey;
  readonly cd: string | undefined;
  readonly floppy: string | undefined;
}

/**
 * Saves the machine by a snapshot: VirtualBox writes its memory to a file, and goes on with new images over the disks. What
 * is below is not written any more. The files are the checkpoint's from then on; the snapshot goes with the machine.
 */
export function machineSaver(parts: SavedParts): SaveMachine {
  let chains = parts.chains;
  return async (signal) => {
    const { driver, vm, workplace, key, cd, floppy } = parts;
    const info = (await driver.vmInfo({ vm, signal }))!;
    const images = imagesOf(parts, info);
    const number = chains[0]!.length;
    await driver.takeSnapshot({ vm, name: `checkpoint ${number}`, goesOn: true, signal });
    chains = chains.map((chain, disk) => [...chain, `disk-${disk}.${number}`]);
    const memory = join(workplace, `memory-${number}`);
    await takeMemory(info.snapshotFolder!, memory);
    for (const [disk, image] of images.entries()) await share(image, join(workplace, chains[disk]!.at(-1)!));
    const floppyCopy = floppy && join(workplace, `floppy-${number}`);
    if (floppyCopy) await copyFile(floppy, floppyCopy);
    const layers = Object.fromEntries(chains.flat().map((role) => [role, join(workplace, role)]));
    const media = { ...(cd ? { cd } : {}), ...(floppyCopy ? { floppy: floppyCopy } : {}) };
    const facts = { chains, macAddresses: info.macAddresses, key } satisfies VirtualBoxState;
    return { files: { ...layers, ...media, memory }, facts } satisfies MachineState;
  };
}

/** Paths of the images that are written, in the order of the disks. Rejects where the machine may write to anything else. */
function imagesOf({ disks, discs }: SavedParts, { media }: VmInfo): readonly string[] {
  const isKnown = (slot: StorageSlot): boolean =>
    slot.controller === FLOPPY_CONTROLLER || [...disks, ...discs].some((known) => isSame(known, slot));
  const other = media.find((medium) => !isKnown(medium) && !medium.path.toLowerCase().endsWith(".iso"));
  if (other) throw new BuildError(`the machine writes to ${other.path}, which is not imgbuild's`);
  return disks.map((slot) => {
    const image = media.find((medium) => isSame(medium, slot));
    if (!image) throw new BuildError(`the machine has no disk at ${slot.controller} ${slot.port}-${slot.device}`);
    return image.path;
  });
}

const isSame = (one: StorageSlot, other: StorageSlot): boolean =>
  one.controller === other.controller && one.port === other.port && one.device === other.device;

/** The one file with memory in the folder: those of earlier snapshots were taken away. */
async function takeMemory(folder: string, to: string): Promise<void> {
  const found = (await readdir(folder)).find((name) => name.endsWith(".sav"));
  if (found === undefined) throw new BuildError(`VirtualBox wrote no memory of the machine to ${folder}`);
  const from = join(folder, found);
  await rename(from, to).catch(async (error: unknown) => {
    if (!isOtherFileSystem(error)) throw error;
    await copyFile(from, to);
    await rm(from);
  });
}

/** VirtualBox removes its name of the image with the machine. */
async function share(image: string, as: string): Promise<void> {
  await link(image, as).catch(async (error: unknown) => {
    if (!isOtherFileSystem(error)) throw error;
    await copyFile(image, as);
  });
}

function isOtherFileSystem(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["EXDEV", "EPERM", "ENOTSUP"].includes(String(error.code));
}
