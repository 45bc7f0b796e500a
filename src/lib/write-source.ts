import type { FileHandle } from "node:fs/promises";
import type { ByteSource } from "./byte-source.ts";
import { sha256Here, sha256OnThread, type Sha256 } from "./sha256.ts";

/**
 * Pieces are gathered to so much before a write. On purpose no multiple of a page: Linux keeps what begins and ends at round
 * places in one long stretch of memory, and in a virtual machine whose host has taken free memory back it takes three times
 * as long to get that.
 */
const BATCH_BYTES = 1_000_000;
/** One is gathered while the others are written. */
const BATCHES = 3;

export interface Written {
  /** Bytes. */
  readonly size: number;
  /** Of those bytes, in lower-case hexadecimal. */
  readonly sha256: string;
}

/** Writes a whole source to an open file, and hashes it on the way. Flushing and closing stay with the caller. */
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
    // Only the last batch is not full; the first one that is not is all there is, and not worth a thread.
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

/** Gathers pieces in memory of its own, which threads can share; while some batches are at work the next is gathered. */
function createBatches(start: (bytes: Buffer) => Promise<void>) {
  const memories = Array.from({ length: BATCHES }, () => Buffer.from(new SharedArrayBuffer(BATCH_BYTES)));
  const atWork: Promise<void>[] = [];
  let turn = 0;
  let filled = 0;
  const next = async (): Promise<void> => {
    const work = start(memories[turn % BATCHES]!.subarray(0, filled));
    // Awaited in its turn; until then a rejection must not count as unhandled.
    work.catch(() => {});
    atWork.push(work);
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
    /** None is at work any more, whatever became of them. */
    settled: () => Promise.allSettled(atWork),
  };
}

/** `write` may write less than it was given (a file-size limit, a nearly full disk): the next try reports why. */
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    offset += (await handle.write(bytes, offset, bytes.length - offset)).bytesWritten;
  }
}
