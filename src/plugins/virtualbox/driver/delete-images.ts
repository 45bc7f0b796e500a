import { rm } from "node:fs/promises";
import { dirname, isAbsolute, relative } from "node:path";
import type { CallOptions, RegisteredDisk } from "./driver.ts";
import { ignoreMissing, VBoxManageError } from "./failure.ts";
import { parseDisks } from "./inventory.ts";
import type { VBoxManage } from "./vboxmanage.ts";
import type { VmInfo } from "./vm-info.ts";

type MachinePlaces = Pick<VmInfo, "media" | "settingsFile" | "snapshotFolder">;

/**
 * Paths of the images of a machine, those that no other is made on first. `undefined` where something else is made on one of
 * them: a linked clone of somebody's.
 */
export async function imagesOf(
  call: VBoxManage,
  machine: MachinePlaces,
  { signal }: CallOptions,
): Promise<readonly string[] | undefined> {
  const disks = parseDisks(await call(["list", "hdds"], { signal }));
  const lineOf = lines(disks);
  const attached = disks.filter(({ path }) => machine.media.some((medium) => medium.path === path));
  const used = new Set(attached.flatMap(lineOf));
  const lowest = new Set(attached.map((disk) => lineOf(disk)[0]!));
  const related = disks.filter((disk) => lowest.has(lineOf(disk)[0]!));
  // Images of other snapshots are in the machine's own folders.
  const isOwn = (disk: RegisteredDisk): boolean => used.has(disk) || isInFolderOf(machine, disk);
  if (!related.every(isOwn)) return undefined;
  return related.toSorted((one, other) => lineOf(other).length - lineOf(one).length).map(({ path }) => path);
}

function isInFolderOf({ settingsFile, snapshotFolder }: MachinePlaces, { path }: RegisteredDisk): boolean {
  const folders = [snapshotFolder, settingsFile && dirname(settingsFile)].filter((folder) => folder !== undefined);
  return folders.some((folder) => {
    const below = relative(folder, path);
    return below !== "" && !below.startsWith("..") && !isAbsolute(below);
  });
}

/** An image with those it is made on, the lowest first. */
function lines(disks: readonly RegisteredDisk[]): (disk: RegisteredDisk) => readonly RegisteredDisk[] {
  const byId = new Map(disks.map((disk) => [disk.uuid, disk]));
  const lineOf = (disk: RegisteredDisk): readonly RegisteredDisk[] => {
    const parent = disk.parent === undefined ? undefined : byId.get(disk.parent);
    return parent === undefined ? [disk] : [...lineOf(parent), disk];
  };
  return lineOf;
}

/**
 * VirtualBox closes the images of a removed machine in an order of its own, and gives up at one that others are made on:
 * the machine is unregistered then, and the rest of its images and its folder are still there.
 */
export function leavesImages(error: unknown): boolean {
  return error instanceof VBoxManageError && /has \d+ child media/.test(error.message);
}

export interface Remains {
  /** As `imagesOf` gave them while there was a machine. */
  readonly images: readonly string[];
  readonly settingsFile: string | undefined;
}

export async function deleteRemains(
  call: VBoxManage,
  { images, settingsFile }: Remains,
  { signal }: CallOptions,
): Promise<void> {
  for (const path of images) {
    await ignoreMissing(() => call(["closemedium", "disk", path, "--delete"], { signal }));
    await rm(path, { force: true });
  }
  if (settingsFile !== undefined) await rm(dirname(settingsFile), { recursive: true, force: true });
}
