import { rm } from "node:fs/promises";
import { packFile } from "../../lib/compress/packed-file.ts";
import type { FileToStore } from "./store.ts";

/** The role of what a guest remembers. It is large, and half of it repeats itself: files of this role are packed. */
export const MEMORY_ROLE = "memory";

/** The memory of a machine, packed. The unpacked file is gone afterwards, however it ends: it may be what fills the disk. */
export async function packMemory(path: string, signal: AbortSignal): Promise<FileToStore> {
  const to = `${path}.packed`;
  try {
    return { path: to, packed: await packFile(path, to, signal) };
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  } finally {
    await rm(path, { force: true });
  }
}
