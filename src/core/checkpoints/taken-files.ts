import { rm } from "node:fs/promises";
import { join } from "node:path";
import { unpackFile } from "../../lib/compress/packed-file.ts";
import type { CheckpointRecord } from "./record.ts";
import type { CheckpointStore } from "./store.ts";

export interface TakenFiles {
  /** Paths by role. */
  readonly files: Readonly<Record<string, string>>;
  /** Of those that are objects of the store as they are: the object by path. */
  readonly objects: ReadonlyMap<string, string>;
}

/** The files of a checkpoint in a workplace, verified and unpacked, at the same time: both take about as long. */
export async function takeFiles(
  store: CheckpointStore,
  record: CheckpointRecord,
  { directory, signal }: { readonly directory: string; readonly signal: AbortSignal },
): Promise<TakenFiles> {
  const paths = await store.link(record, directory);
  const [verified, taken] = await Promise.allSettled([store.verify(record, paths), unpackFiles(record, paths, signal)]);
  // What is damaged may not be unpacked either: the first says more.
  if (verified.status === "rejected") throw verified.reason;
  if (taken.status === "rejected") throw taken.reason;
  return taken.value;
}

async function unpackFiles(
  record: CheckpointRecord,
  paths: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<TakenFiles> {
  const files: Record<string, string> = {};
  const objects = new Map<string, string>();
  for (const [role, path] of paths) {
    const { packed, object } = record.files[role]!;
    files[role] = packed === undefined ? path : unpackedPath(path);
    if (packed === undefined) objects.set(path, object);
    else await unpackFile({ path, packed }, files[role], signal);
  }
  return { files, objects };
}

/** Removes what was packed: the machine has read it. */
export async function removeUnpacked({ files }: CheckpointRecord, directory: string): Promise<void> {
  const packed = Object.entries(files).filter(([, file]) => file.packed !== undefined);
  await removeRoles(
    packed.map(([role]) => role),
    directory,
  );
}

export function removeTaken({ files }: CheckpointRecord, directory: string): Promise<void> {
  return removeRoles(Object.keys(files), directory);
}

async function removeRoles(roles: readonly string[], directory: string): Promise<void> {
  for (const path of roles.map((role) => join(directory, role))) {
    await rm(path, { force: true });
    await rm(unpackedPath(path), { force: true });
  }
}

const unpackedPath = (path: string): string => `${path}.unpacked`;
