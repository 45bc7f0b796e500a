import { readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { readLockOwner, tryLock } from "./file-lock.ts";
import { processState } from "./process-identity.ts";

/** A lock, or a temporary file for creating or breaking one. */
const LOCK_NAME = /\.lock(\.[\w.-]+)?$/;
/** A temporary file for creating a lock: it is empty for a moment, and stays empty if its process is killed then. */
const HALF_NAME = /\.lock\.(?:.*\.)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MOMENT_MS = 60_000;

/**
 * Removes the locks under `directory` whose owner is gone. They are harmless (the next process that wants one takes it
 * over), but they are litter. Locks of other programs and of living processes stay. Returns the paths that were
 * removed.
 */
export async function removeDeadLocks(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  const paths = names.filter((name) => LOCK_NAME.test(name)).map((name) => join(directory, name));
  const removed = await Promise.all(paths.map(async (path) => ((await removeIfDead(path)) ? [path] : [])));
  return removed.flat();
}

async function removeIfDead(path: string): Promise<boolean> {
  if (path.endsWith(".lock")) return (await isOfDeadProcess(path)) && takeAway(path);
  if (!(await isOfDeadProcess(path)) && !(await isOldHalf(path))) return false;
  await unlink(path).catch(() => {});
  return true;
}

/** Taken over first, so that another process's fresh lock is not removed. */
async function takeAway(path: string): Promise<boolean> {
  const held = await tryLock(path);
  await held?.release();
  return held !== undefined;
}

async function isOldHalf(path: string): Promise<boolean> {
  if (!HALF_NAME.test(path)) return false;
  const found = await stat(path).catch(() => undefined);
  return found?.size === 0 && Date.now() - found.mtimeMs > MOMENT_MS;
}

/**
 * Whether a lock, or a temporary file for one, names a process that no longer exists. Files of other formats do not.
 */
export async function isOfDeadProcess(path: string): Promise<boolean> {
  const owner = await readLockOwner(path);
  if (owner === undefined || owner === "none") return false;
  return (await processState(owner)) === "dead";
}
