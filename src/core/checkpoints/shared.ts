import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { DamagedError, type Store } from "../store/store.ts";
import { verified } from "../store/verified.ts";
import { CHECKPOINTS, parseRecord, type CheckpointRecord } from "./record.ts";
import type { CheckpointStore, FileToStore } from "./store.ts";

const SECRET = `${CHECKPOINTS}secret`;
const SECRET_BYTES = 32;

const recordName = (key: string): string => `${CHECKPOINTS}${key}.json`;

/** Whether a machine may share the checkpoints there: one that may only read needs the key that others made. */
export async function canShareCheckpoints({ place, isReadOnly }: Store, signal: AbortSignal): Promise<boolean> {
  return !isReadOnly || (await place.read(SECRET, signal))?.length === SECRET_BYTES;
}

/**
 * The key of all digests of the checkpoints in a store, so that machines that share it know the same keys, and nobody else can
 * guess a value by one. Made where there is none.
 */
export async function sharedSecret({ place }: Store, signal: AbortSignal): Promise<Buffer> {
  const found = await place.read(SECRET, signal);
  if (found?.length === SECRET_BYTES) return Buffer.from(found);
  await place.write(SECRET, randomBytes(SECRET_BYTES), signal);
  // Another machine may have made one at the same time: the last one counts.
  return Buffer.from((await place.read(SECRET, signal))!);
}

/**
 * Brings a checkpoint that another machine has saved into the store of this computer, by way of `directory`. `undefined` where
 * there is none. Rejects where a part of it is damaged or gone, and removes its record then.
 */
export async function bringCheckpoint(
  shared: Store,
  local: CheckpointStore,
  { key, directory, signal }: { readonly key: string; readonly directory: string; readonly signal: AbortSignal },
): Promise<CheckpointRecord | undefined> {
  const content = await shared.place.read(recordName(key), signal);
  const record = content && parseRecord(Buffer.from(content).toString("utf8"));
  if (record?.key !== key || !Object.keys(record.files).every(isRole)) return undefined;
  const files = new Map<string, FileToStore>();
  try {
    for (const [role, { object, packed }] of Object.entries(record.files)) {
      const path = join(directory, `shared-${files.size}`);
      files.set(role, { path, object, packed });
      await download(shared, object, { path, signal });
    }
    return await local.write(record, files);
  } catch (error) {
    if (error instanceof DamagedError) await shared.place.remove([recordName(key)], signal).catch(() => {});
    throw error;
  } finally {
    // What was stored is an object by now.
    for (const { path } of files.values()) await rm(path, { force: true });
  }
}

/** A role becomes the name of a file, and anybody may have written to a store. */
const isRole = (role: string): boolean => /^\w[\w.-]*$/.test(role);

interface Download {
  readonly path: string;
  readonly signal: AbortSignal;
}

async function download(shared: Store, object: string, { path, signal }: Download): Promise<void> {
  const damaged = (): DamagedError => new DamagedError(`A checkpoint is damaged in the store ${shared.name}`);
  const pieces = verified(shared.blob(object, signal), { sha256: object }, damaged);
  await pipeline(ownCopies(pieces), createWriteStream(path, { mode: 0o600 }), { signal });
}

/** A stream may hold a piece for longer than it is valid. */
async function* ownCopies(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

/** Puts a checkpoint of this computer there for others: its files, and then its record. */
export async function offerCheckpoint(
  shared: Store,
  local: CheckpointStore,
  { record, signal }: { readonly record: CheckpointRecord; readonly signal: AbortSignal },
): Promise<void> {
  for (const { object, size } of Object.values(record.files)) {
    const file = { path: join(local.directory, "objects", object), size, sha256: object };
    await shared.putBlob(file, { signal });
  }
  await shared.place.write(recordName(record.key), Buffer.from(JSON.stringify(record)), signal);
}
