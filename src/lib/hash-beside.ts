import { open } from "node:fs/promises";
import { awaitedLater } from "./awaited-later.ts";
import { sha256OnThread } from "./sha256.ts";

const PIECE_BYTES = 4 * 1024 * 1024;

/**
 * SHA-256 of a file, in lower-case hexadecimal, computed on a thread of its own: beside work that may not wait for it, such as
 * a conversation with a machine.
 */
export async function sha256Beside(path: string, signal: AbortSignal): Promise<string> {
  const file = await open(path);
  const hash = sha256OnThread();
  const memories = [PIECE_BYTES, PIECE_BYTES].map((size) => Buffer.from(new SharedArrayBuffer(size)));
  try {
    let hashed: Promise<void> = Promise.resolve();
    for (let turn = 0; ; turn++) {
      signal.throwIfAborted();
      const memory = memories[turn % memories.length]!;
      const { bytesRead } = await file.read(memory, 0, memory.length, null);
      // Of the other memory, which is read into next.
      await hashed;
      if (bytesRead === 0) return await hash.digest();
      hashed = awaitedLater(hash.update(memory.subarray(0, bytesRead)));
    }
  } finally {
    await file.close();
    await hash.close();
  }
}
