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
 * those costs more time than reading. While a piece is being used the next one is read. A file that ends early just ends.
 */
export async function* readPieces(path: string, options: ReadPiecesOptions = {}): ByteSource {
  const { start = 0, end = Infinity, signal } = options;
  if (start >= end) return;
  const handle = await open(path, "r");
  const buffers: Buffer[] = [];
  const read = async (turn: number, position: number): Promise<Buffer> => {
    const buffer = (buffers[turn % 2] ??= Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, end - position)));
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, end - position), position);
    return buffer.subarray(0, bytesRead);
  };
  let next: Promise<Buffer> | undefined = read(0, start);
  try {
    let position = start;
    for (let turn = 1; next; turn++) {
      signal?.throwIfAborted();
      const piece: Buffer = await next;
      position += piece.length;
      next = piece.length > 0 && position < end ? read(turn, position) : undefined;
      // Awaited in its turn; until then a rejection must not count as unhandled.
      next?.catch(() => {});
      if (piece.length > 0) yield piece;
    }
  } finally {
    await next?.catch(() => {});
    await handle.close();
  }
}
