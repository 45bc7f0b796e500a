import type { FileHandle } from "node:fs/promises";

/** Writes where the handle is. `write` may write less than it was given (a file-size limit, a nearly full disk): the next try reports why. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    offset += (await handle.write(bytes, offset, bytes.length - offset)).bytesWritten;
  }
}
