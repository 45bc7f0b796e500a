import type { BigIntStats } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Whether two paths lead to one file or directory: by device and inode, since links, `..` and a disk that ignores case
 * give one thing many names. What is not there is told by its name in the directory it would be in.
 */
export async function isSamePlace(one: string, other: string): Promise<boolean> {
  const [oneStats, otherStats] = await Promise.all([statOf(one), statOf(other)]);
  if (oneStats && otherStats) return isSameThing(oneStats, otherStats);
  if (oneStats || otherStats) return false;
  return (await realPathOf(one)) === (await realPathOf(other));
}

/** Whether `path` is `directory`, or somewhere below it. */
export async function isWithin(path: string, directory: string): Promise<boolean> {
  const real = await realPathOf(directory);
  const stats = await statOf(directory);
  for (let at = await realPathOf(path); ; at = dirname(at)) {
    const found = stats && (await statOf(at));
    if (at === real || (stats && found && isSameThing(stats, found))) return true;
    if (at === dirname(at)) return false;
  }
}

/** The path without links, as far as it exists. */
export async function realPathOf(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  if (real !== undefined) return real;
  return path === dirname(path) ? path : join(await realPathOf(dirname(path)), basename(path));
}

const statOf = (path: string): Promise<BigIntStats | undefined> => stat(path, { bigint: true }).catch(() => undefined);

const isSameThing = (one: BigIntStats, other: BigIntStats): boolean => one.dev === other.dev && one.ino === other.ino;
