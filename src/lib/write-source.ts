import { createAtomicFile } from "./atomic-file.ts";
import type { ByteSource } from "./compress/blocks.ts";

/** Bytes gathered before a write: fewer calls, still little memory. */
const BATCH_BYTES = 4 * 1024 * 1024;

export interface WriteSourceOptions {
  readonly signal: AbortSignal;
  readonly mode?: number | undefined;
  /** Bytes written so far. */
  readonly onWritten?: ((bytes: number) => void) | undefined;
}

/**
 * Writes a source under `path`, complete or not at all: every write, the last flush and the close can report a full
 * disk, and each of them leaves `path` as it was. Resolves to the number of bytes.
 */
export async function writeSource(path: string, source: ByteSource, options: WriteSourceOptions): Promise<number> {
  const file = await createAtomicFile(path, { mode: options.mode });
  let total = 0;
  let batch: Uint8Array[] = [];
  let batched = 0;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    await writeAll(file.handle, batch, batched);
    total += batched;
    [batch, batched] = [[], 0];
    options.onWritten?.(total);
  };
  try {
    for await (const chunk of source) {
      options.signal.throwIfAborted();
      batch.push(chunk);
      batched += chunk.length;
      if (batched >= BATCH_BYTES) await flush();
    }
    await flush();
    options.signal.throwIfAborted();
    await file.commit();
    return total;
  } finally {
    await file.discard();
  }
}

type Handle = Awaited<ReturnType<typeof createAtomicFile>>["handle"];

/** `writev` may write less than it was given (a file-size limit, a nearly full disk). */
async function writeAll(handle: Handle, chunks: Uint8Array[], size: number): Promise<void> {
  const { bytesWritten } = await handle.writev(chunks);
  if (bytesWritten === size) return;
  const rest = Buffer.concat(chunks).subarray(bytesWritten);
  for (let offset = 0; offset < rest.length;) offset += (await handle.write(rest, offset)).bytesWritten;
}
