import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { awaitedLater } from "./awaited-later.ts";
import type { BytePieces } from "./byte-source.ts";

/** Large enough to keep the disk busy, small enough to stay in the processor's cache. */
const PIECE_BYTES = 1024 * 1024;

export interface ReadPiecesOptions {
  /** First byte. Default 0. */
  readonly start?: number;
  /** The byte after the last one. Default: the end of the file. */
  readonly end?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a file in order, into the memory it is given or always the same: a read stream makes a new buffer for each
 * piece, and collecting those costs more time than reading. While a piece is being used the next one is read, unless
 * memory is given for it. A file that is shorter than expected just ends.
 */
export async function* readPieces(path: string, options: ReadPiecesOptions = {}): BytePieces {
  const { start = 0, end = Infinity, signal } = options;
  if (start >= end) return;
  const handle = await openFile(path);
  const own: Buffer[] = [];
  const ownMemory = (turn: number): Buffer =>
    (own[turn % 2] ??= Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, end - start)));
  const read = async (into: Uint8Array, position: number): Promise<Uint8Array> => {
    const { bytesRead } = await handle.read(into, 0, Math.min(into.length, end - position), position);
    return into.subarray(0, bytesRead);
  };
  let next: Promise<Uint8Array> | undefined = read(ownMemory(0), start);
  try {
    let position = start;
    let room: Uint8Array | undefined;
    for (let turn = 1; next; turn++) {
      signal?.throwIfAborted();
      const piece: Uint8Array = await next;
      if (piece.length === 0) return;
      position += piece.length;
      const readNext = (into: Uint8Array) => (position < end ? awaitedLater(read(into, position)) : undefined);
      // A consumer that gave memory is likely to do so again.
      next = room ? undefined : readNext(ownMemory(turn));
      room = yield piece;
      next ??= readNext(room ?? ownMemory(turn));
    }
  } finally {
    await next?.catch(() => {});
    await handle.close();
  }
}

/** Without waiting for the other end of a pipe. A device may have no end, so only a file is read. */
async function openFile(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = await handle.stat();
  if (stats.isFile()) return handle;
  await handle.close();
  throw new Error(`"${path}" is not a file`);
}
