import { lstat, readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * What was put below `directory` after `time` (milliseconds since the epoch) and whose name does not begin as one of
 * `ownNames`: paths, a new directory as a whole. A file that was moved in is told by its change of place.
 */
export async function newerThings(
  directory: string,
  time: number,
  ownNames: readonly string[],
): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(directory, entry.name);
      if (ownNames.some((name) => entry.name.startsWith(name))) return [];
      if (await isNewer(path, time)) return [path];
      return entry.isDirectory() ? newerThings(path, time, ownNames) : [];
    }),
  );
  return found.flat();
}

async function isNewer(path: string, time: number): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return false;
  const isBorn = stats.birthtimeMs > time;
  // What only changed place has a new status and its old content; what a program goes on writing has both new.
  const isMoved = stats.ctimeMs > time && stats.mtimeMs <= time && !stats.isDirectory();
  return isBorn || isMoved;
}

/** Removes all that is below `directory` but `kept`, and the directories that are empty then. */
export async function removeAllBut(directory: string, kept: readonly string[]): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (kept.includes(path)) continue;
    if (kept.some((other) => other.startsWith(`${path}/`))) await removeAllBut(path, kept);
    else await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
  await rmdir(directory).catch(() => {});
}
