import type { FileHandle } from "node:fs/promises";
import type { ByteSource } from "./compress/blocks.ts";

/** Smaller pieces are gathered before a write. */
const BATCH_BYTES = 256 * 1024;
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
  const batch = Buffer.allocUnsafeSlow(BATCH_BYTES);
  let batched = 0;
  let total = 0;
  const write = async (bytes: Uint8Array): Promise<void> => {
    flusher.throwIfFailed();
    await writeAll(handle, bytes);
    total += bytes.length;
    flusher.wrote(bytes.length);
    onWritten?.(total);
  };
  const writeBatch = async (): Promise<void> => {
    if (batched > 0) await write(batch.subarray(0, batched));
    batched = 0;
  };
  try {
    for await (const piece of source) {
      signal.throwIfAborted();
      if (batched + piece.length > BATCH_BYTES) await writeBatch();
      if (piece.length >= BATCH_BYTES) await write(piece);
      else {
        batch.set(piece, batched);
        batched += piece.length;
      }
    }
    await writeBatch();
  } finally {
    await flusher.finished();
  }
  signal.throwIfAborted();
  flusher.throwIfFailed();
  return total;
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
