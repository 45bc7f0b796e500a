import type { FileHandle } from "node:fs/promises";
import type { ByteSource } from "./compress/blocks.ts";

/** Pieces are gathered to so much before a write. */
const BATCH_BYTES = 1024 * 1024;

export interface WriteSourceOptions {
  readonly signal: AbortSignal;
  /** Bytes written so far. */
  readonly onWritten?: ((bytes: number) => void) | undefined;
}

/** Writes a whole source to an open file and resolves to the number of bytes. Flushing and closing stay with the caller. */
export async function writeSource(
  handle: FileHandle,
  source: ByteSource,
  { signal, onWritten }: WriteSourceOptions,
): Promise<number> {
  let total = 0;
  const batches = createBatches(async (bytes) => {
    await writeAll(handle, bytes);
    total += bytes.length;
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
  }
  signal.throwIfAborted();
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
