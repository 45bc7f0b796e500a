import { rm } from "node:fs/promises";
import { join } from "node:path";
import { awaitedLater } from "../../lib/awaited-later.ts";
import { unpackedPieces } from "../../lib/compress/packed-file.ts";
import type { SavedMachine } from "../../sdk/checkpoint.ts";
import { MEMORY_ROLE } from "./pack-memory.ts";
import type { CheckpointRecord } from "./record.ts";
import type { CheckpointStore } from "./store.ts";

export interface TakenFiles {
  readonly saved: SavedMachine;
  /** Objects of the store, by path. */
  readonly objects: ReadonlyMap<string, string>;
}

/** The files of a checkpoint in a workplace. */
export async function takeFiles(
  store: CheckpointStore,
  record: CheckpointRecord,
  { directory, signal }: { readonly directory: string; readonly signal: AbortSignal },
): Promise<TakenFiles> {
  const paths = await store.link(record, directory);
  const disks = [...paths].filter(([role]) => role !== MEMORY_ROLE);
  const saved: SavedMachine = {
    files: Object.fromEntries(disks),
    facts: record.facts,
    memory: (reading) => memoryOf(record, paths, reading),
    verify: once(() => store.verify(record, paths, signal)),
  };
  return { saved, objects: new Map(disks.map(([role, path]) => [path, record.files[role]!.object])) };
}

function once(begin: () => Promise<void>): () => Promise<void> {
  let begun: Promise<void> | undefined;
  return () => (begun ??= awaitedLater(begin()));
}

function memoryOf(
  { files }: CheckpointRecord,
  paths: ReadonlyMap<string, string>,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const path = paths.get(MEMORY_ROLE);
  if (path === undefined) throw new Error("it holds no memory of the machine");
  const { packed } = files[MEMORY_ROLE]!;
  if (packed === undefined) throw new Error("its memory is not packed as it should be");
  return unpackedPieces({ path, packed }, signal);
}

/** Removes the name of the memory: the machine has read it. */
export async function removeMemory(directory: string): Promise<void> {
  await rm(join(directory, MEMORY_ROLE), { force: true });
}

export async function removeTaken({ files }: CheckpointRecord, directory: string): Promise<void> {
  for (const role of Object.keys(files)) await rm(join(directory, role), { force: true });
}
