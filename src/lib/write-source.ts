import type { FileHandle } from "node:fs/promises";
import type { ByteSource } from "./compress/blocks.ts";

/** Pieces are gathered to so much before a write. */
const BATCH_BYTES = 1024 * 1024;
/** The disk is set to work each time so much has been written: a flush that waits for the end waits alone. */
const FLUSH_BYTES = 32 * 1024 * 1024;

export interface WriteSourceOptions {
  readonly signal: AbortSignal;
  /** Bytes written so far. */
  readonly onWritten?: ((bytes: number) => void) | undefined;
}

/**
 * Writes a whole source to an open file and resolves to the number of bytes. The last flush and closing stay with the
 * caller.
 */
export async function writeSource(
  handle: FileHandle,
  source: ByteSource,
  { signal, onWritten }: WriteSourceOptions,
): Promise<number> {
  const flusher = createFlusher(handle);
  let total = 0;
  const batches = createBatches(async (bytes) => {
    flusher.throwIfFailed();
    await writeAll(handle, bytes);
    total += bytes.length;
    flusher.wrote(bytes.length);
    onWritten?.(total);
  });
  try {
    for await (const piece of source) {
      signal.throwIfAborted();
      await batches.add(piece);
    }
    await batches.end();
  } finally {
    await batches.settled();
    await flusher.finished();
  }
  signal.throwIfAborted();
  flusher.throwIfFailed();
  return total;
}

/** Gathers pieces in memory of its own; while one batch is being written the next is gathered. */
function createBatches(write: (bytes: Uint8Array) => Promise<void>) {
  let [filling, writing] = [Buffer.allocUnsafeSlow(BATCH_BYTES), Buffer.allocUnsafeSlow(BATCH_BYTES)];
  let filled = 0;
  let written: Promise<void> = Promise.resolve();
  const next = async (): Promise<void> => {
    await written;
    [filling, writing] = [writing, filling];
    written = write(writing.subarray(0, filled));
    // Awaited before the next one; until then a rejection must not count as unhandled.
    written.catch(() => {});
    filled = 0;
  };
  return {
    add: async (piece: Uint8Array): Promise<void> => {
      for (let offset = 0; offset < piece.length;) {
        const part = piece.subarray(offset, offset + BATCH_BYTES - filled);
        filling.set(part, filled);
        filled += part.length;
        offset += part.length;
        if (filled === BATCH_BYTES) await next();
      }
    },
    end: async (): Promise<void> => {
      await next();
      await written;
    },
    /** No write is going on any more, whatever became of it. */
    settled: (): Promise<void> => written.catch(() => {}),
  };
}

/** `write` may write less than it was given (a file-size limit, a nearly full disk): the next try reports why. */
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    offset += (await handle.write(bytes, offset, bytes.length - offset)).bytesWritten;
  }
}

/** Flushes in the background, one at a time. Each error of a disk is told to one flush only, so none is dropped. */
function createFlusher(handle: FileHandle) {
  let unflushed = 0;
  let flushing: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  return {
    wrote(bytes: number): void {
      unflushed += bytes;
      if (unflushed < FLUSH_BYTES || flushing) return;
      unflushed = 0;
      flushing = handle
        .datasync()
        .catch((error: unknown) => void (failure ??= { error }))
        .finally(() => void (flushing = undefined));
    },
    finished: async (): Promise<void> => flushing,
    throwIfFailed(): void {
      if (failure) throw failure.error;
    },
  };
}
