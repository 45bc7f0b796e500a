import { constants } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { readPieces } from "./read-pieces.ts";
import { sleep } from "./retry.ts";
import type { OutputTarget } from "./output-target.ts";

export type ThroughTarget = Extract<OutputTarget, { kind: "through" }>;

/** How long to wait before a pipe is tried again that nobody reads, or that is full: there is no event for either. */
const PAUSE_MS = 20;

/**
 * Writes the whole file `from` to a device, a pipe or a file that is written in place. Waits for a pipe to be read; the
 * signal ends that. No thread of Node's is ever blocked: it could not be freed again.
 */
export async function copyThrough(from: string, target: ThroughTarget, signal?: AbortSignal): Promise<void> {
  await writeThrough(target, readPieces(from, { signal }), signal);
}

export async function writeThrough(
  target: ThroughTarget,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  const handle = await openThrough(target, signal);
  try {
    for await (const piece of pieces) await writePatiently(handle, piece, signal);
  } finally {
    await handle.close();
  }
}

async function openThrough({ path, flags }: ThroughTarget, signal: AbortSignal | undefined): Promise<FileHandle> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await open(path, flags | constants.O_NONBLOCK);
    } catch (error) {
      // open(2): a FIFO that nobody has opened for reading yet.
      const isUnread = (error as NodeJS.ErrnoException).code === "ENXIO" && (await stat(path)).isFIFO();
      if (!isUnread) throw error;
      await sleep(PAUSE_MS, signal);
    }
  }
}

async function writePatiently(handle: FileHandle, piece: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
  for (let offset = 0; offset < piece.length;) {
    signal?.throwIfAborted();
    try {
      offset += (await handle.write(piece, offset, piece.length - offset)).bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      await sleep(PAUSE_MS, signal);
    }
  }
}
