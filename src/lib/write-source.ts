import type { FileHandle } from "node:fs/promises";
import type { ByteSource } from "./compress/blocks.ts";

/** Bytes gathered before a write: fewer calls, still little memory. */
const BATCH_BYTES = 4 * 1024 * 1024;

export interface WriteSourceOptions {
  readonly signal: AbortSignal;
  /** Bytes written so far. */
  readonly onWritten?: ((bytes: number) => void) | undefined;
}

/** Writes a whole source to an open file and resolves to the number of bytes. Flushing and closing stay with the caller. */
export async function writeSource(
  handle: FileHandle,
  source: ByteSource,
  options: WriteSourceOptions,
): Promise<number> {
  let total = 0;
  let batch: Uint8Array[] = [];
  let batched = 0;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    await writeAll(handle, batch, batched);
    total += batched;
    [batch, batched] = [[], 0];
    options.onWritten?.(total);
  };
  for await (const chunk of source) {
    options.signal.throwIfAborted();
    batch.push(chunk);
    batched += chunk.length;
    if (batched >= BATCH_BYTES) await flush();
  }
  await flush();
  options.signal.throwIfAborted();
  return total;
}

/** `writev` may write less than it was given (a file-size limit, a nearly full disk): the next try reports why. */
async function writeAll(handle: FileHandle, chunks: Uint8Array[], size: number): Promise<void> {
  const { bytesWritten } = await handle.writev(chunks);
  if (bytesWritten === size) return;
  const rest = Buffer.concat(chunks).subarray(bytesWritten);
  for (let offset = 0; offset < rest.length;) offset += (await handle.write(rest, offset)).bytesWritten;
}
