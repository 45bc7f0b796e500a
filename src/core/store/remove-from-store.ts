import { mapLimited } from "../../lib/limited.ts";
import type { ListedObject } from "../../sdk/store-place.ts";
import { CHECKPOINTS } from "../checkpoints/record.ts";
import { BLOBS, blobName, recordName, RECORDS } from "./record.ts";
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
 * Removes builds and checkpoints, and then every file that none of the others names. A young file stays: another machine may
 * be about to name it. Returns the bytes that became free.
 */
export async function removeFromStore(store: Store, what: WhatToRemove, signal: AbortSignal): Promise<number> {
  const { place } = store;
  // A bucket may be somebody's who keeps other things there.
  if (!(await store.isBegun(signal))) return 0;
  await place.remove([...what.builds.map(recordName), ...what.checkpoints], signal);
  const before = Date.now() - GRACE_MS;
  await place.sweep(BLOBS, before, signal);
  const needed = new Set([
    ...(await digestsIn(store, RECORDS, signal)),
    ...(await digestsIn(store, CHECKPOINTS, signal)),
  ]);
  // After the records: what was named since then is young, for it was stored or refreshed before that.
  const blobs = await place.list(BLOBS, signal);
  const gone = blobs.filter(({ name, writtenAt }) => {
    const digest = digestOf(name);
    return digest !== undefined && writtenAt < before && !needed.has(digest);
  });
  const names = gone.map(({ name }) => name);
  await place.remove(names, signal);
  return gone.reduce((sum, { size }) => sum + size, 0);
}

/** The records of the checkpoints that machines share. */
export async function listCheckpoints(store: Store, signal: AbortSignal): Promise<readonly ListedObject[]> {
  if (!(await store.isBegun(signal))) return [];
  const objects = await store.place.list(CHECKPOINTS, signal);
  return objects.filter(({ name }) => name.endsWith(".json"));
}

/** Everything in records that looks like a digest: files of one that is damaged, or of a later version, stay too. */
async function digestsIn({ place }: Store, prefix: string, signal: AbortSignal): Promise<readonly string[]> {
  const objects = await place.list(prefix, signal);
  const records = objects.filter(({ name }) => name.endsWith(".json"));
  const digests = await mapLimited(records, AT_ONCE, async ({ name }) => {
    const content = await place.read(name, signal);
    return (
      Buffer.from(content ?? [])
        .toString("utf8")
        .match(/\b[0-9a-f]{64}\b/g) ?? []
    );
  });
  return digests.flat();
}

/** `undefined` for what is no file of a store. */
function digestOf(name: string): string | undefined {
  const digest = name.slice(-64);
  return /^[0-9a-f]{64}$/.test(digest) && name === blobName(digest) ? digest : undefined;
}
