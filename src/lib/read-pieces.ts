import { open } from "node:fs/promises";
import type { ByteSource } from "./compress/blocks.ts";

/** Enough for the disk to stay busy, little enough to stay in the processor's cache. */
const PIECE_BYTES = 1024 * 1024;

export interface ReadPiecesOptions {
  /** First byte. Default 0. */
  readonly start?: number;
  /** The byte after the last one. Default: the end of the file. */
  readonly end?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a file in order, always into the same memory: a read stream makes a new buffer for each piece, and collecting
 * those costs more time than reading. A file that ends early just ends.
 */
export async function* readPieces(path: string, options: ReadPiecesOptions = {}): ByteSource {
  const { start = 0, end = Infinity, signal } = options;
  if (start >= end) return;
  const handle = await open(path, "r");
  try {
    const buffer = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, end - start));
    for (let position = start; position < end;) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, end - position), position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
