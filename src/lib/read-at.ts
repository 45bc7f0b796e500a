import { open, type FileHandle } from "node:fs/promises";

/** A part of a file: at most `length` bytes, fewer where it ends. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** The same of a file that is not open. Rejects where it cannot be read. */
export async function readPart(path: string, position: number, length: number): Promise<Buffer> {
  const file = await open(path);
  try {
    return await readAt(file, position, length);
  } finally {
    await file.close();
  }
}
