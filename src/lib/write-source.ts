import type { FileHandle } from "node:fs/promises";
import { awaitedLater } from "./awaited-later.ts";
import type { ByteSource } from "./byte-source.ts";
import { sha256Here, sha256OnThread, type Sha256 } from "./sha256.ts";
import { writeAll } from "./write-all.ts";

/**
 * Pieces are collected up to this size before a write. Deliberately not a multiple of a page: Linux caches aligned
 * writes in large folios, and in a virtual machine whose host has reclaimed free memory those take three times as long
 * to allocate.
 */
const BATCH_BYTES = 1_000_000;
/** One is being filled while the others are written. */
const BATCHES = 3;

export interface Written {
  /** Bytes. */
  readonly size: number;
  /** Digest of those bytes, in lower-case hexadecimal. */
  readonly sha256: string;
}

/** Writes a whole source to an open file, hashing it as it goes. Flushing and closing are left to the caller. */
export async function writeSource(
  handle: FileHandle,
  source: ByteSource,
  { signal }: { readonly signal: AbortSignal },
): Promise<Written> {
  let hash: Sha256 | undefined;
  let size = 0;
  let written: Promise<void> = Promise.resolve();
  const batches = createBatches(async (bytes) => {
    size += bytes.length;
    written = written.then(() => writeAll(handle, bytes));
    // Only the last batch may be short. If the first is short, it is the only one, and not worth a thread.
    const isAll = bytes.length < BATCH_BYTES;
    hash ??= isAll ? sha256Here() : sha256OnThread();
    await Promise.all([written, hash.update(bytes)]);
  });
  try {
    for await (const piece of source) {
      signal.throwIfAborted();
      await batches.add(piece);
    }
    await batches.end();
    signal.throwIfAborted();
    return { size, sha256: await (hash ?? sha256Here()).digest() };
  } finally {
    await batches.settled();
    await hash?.close();
  }
}

/**
 * Collects pieces in its own memory, which threads can share; while some batches are processed, the next one is filled.
 */
function createBatches(start: (bytes: Buffer) => Promise<void>) {
  const memories = Array.from({ length: BATCHES }, () => Buffer.from(new SharedArrayBuffer(BATCH_BYTES)));
  const atWork: Promise<void>[] = [];
  let turn = 0;
  let filled = 0;
  const next = async (): Promise<void> => {
    atWork.push(awaitedLater(start(memories[turn % BATCHES]!.subarray(0, filled))));
    turn++;
    filled = 0;
    if (atWork.length === BATCHES) await atWork.shift();
  };
  return {
    add: async (piece: Uint8Array): Promise<void> => {
      for (let offset = 0; offset < piece.length;) {
        const part = piece.subarray(offset, offset + BATCH_BYTES - filled);
        memories[turn % BATCHES]!.set(part, filled);
        filled += part.length;
        offset += part.length;
        if (filled === BATCH_BYTES) await next();
      }
    },
    end: async (): Promise<void> => {
      if (filled > 0) await next();
      await Promise.all(atWork);
    },
    /** All of them have settled. */
    settled: () => Promise.allSettled(atWork),
  };
}
