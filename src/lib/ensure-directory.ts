import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { isSystemError } from "./system-error.ts";

/**
 * Makes a directory, and those above it that are missing, with `mode` (Node's default: 0o777 without the umask's bits).
 * Returns the uppermost one it made; `undefined` where all were there. Rejects with the system's error.
 *
 * Instead of `mkdir` with `recursive`, which never returns (Node.js 20 to 24) where the system refuses with ENOENT to make
 * a directory in one that is there, as Linux does below /proc.
 */
export async function ensureDirectory(path: string, mode?: number): Promise<string | undefined> {
  try {
    return await makeOne(path, mode);
  } catch (error) {
    const above = dirname(path);
    if (!isSystemError(error) || error.code !== "ENOENT" || above === path) throw error;
    const first = await ensureDirectory(above, mode);
    const made = await makeOne(path, mode);
    return first ?? made;
  }
}

/** `undefined` where it is there. */
async function makeOne(path: string, mode: number | undefined): Promise<string | undefined> {
  try {
    await mkdir(path, mode);
    return path;
  } catch (error) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory() === true) return undefined;
    throw error;
  }
}
