import { mapLimited } from "../../lib/limited.ts";
import type { ListedObject } from "../../sdk/store-place.ts";
import { CHECKPOINTS, parseRecord } from "../checkpoints/record.ts";
import { BLOBS, recordName } from "./record.ts";
import { GRACE_MS, type Store } from "./store.ts";

/** Small objects that are read at a time. */
const AT_ONCE = 16;

export interface WhatToRemove {
  /** Keys of builds. */
  readonly builds: readonly string[];
  /** Names of the records of checkpoints. */
  readonly checkpoints: readonly string[];
}

/**
 * Removes builds and checkpoints, and then every file that none of the others needs. A young file stays: another machine may
 * be about to name it. Returns the bytes that became free.
 */
export async function removeFromStore(store: Store, what: WhatToRemove, signal: AbortSignal): Promise<number> {
  const { place } = store;
  await place.remove([...what.builds.map(recordName), ...what.checkpoints], signal);
  const before = Date.now() - GRACE_MS;
  await place.sweep(before, signal);
  // The files first: what is stored from now on is young.
  const blobs = await place.list(BLOBS, signal);
  const needed = new Set([...(await filesOfBuilds(store, signal)), ...(await filesOfCheckpoints(store, signal))]);
  const gone = blobs.filter(({ name, writtenAt }) => writtenAt < before && !needed.has(name.slice(name.length - 64)));
  const names = gone.map(({ name }) => name);
  await place.remove(names, signal);
  return gone.reduce((sum, { size }) => sum + size, 0);
}

async function filesOfBuilds(store: Store, signal: AbortSignal): Promise<readonly string[]> {
  const builds = await store.list(signal);
  return builds.flatMap(({ files }) => files.map(({ sha256 }) => sha256));
}

/** The records of the checkpoints that machines share. */
export async function listCheckpoints({ place }: Store, signal: AbortSignal): Promise<readonly ListedObject[]> {
  const objects = await place.list(CHECKPOINTS, signal);
  return objects.filter(({ name }) => name.endsWith(".json"));
}

async function filesOfCheckpoints(store: Store, signal: AbortSignal): Promise<readonly string[]> {
  const { place } = store;
  const records = await listCheckpoints(store, signal);
  const texts = await mapLimited(records, AT_ONCE, ({ name }) => place.read(name, signal));
  const parsed = texts.map((text) =>
    text === undefined ? undefined : parseRecord(Buffer.from(text).toString("utf8")),
  );
  return parsed.flatMap((record) => Object.values(record?.files ?? {}).map(({ object }) => object));
}
