import { lstat } from "node:fs/promises";
import { ownUid } from "./this-process.ts";

/** Group or others may write. */
const WRITABLE = 0o022;
const STICKY = 0o1000;

/**
 * Whether only this user (or root) can have made `path` what it is: a file or directory, no link, that belongs to one of
 * them, and that nobody else may write. In a directory with the sticky bit others cannot touch what is not theirs.
 */
export async function isOursAlone(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined || stats.isSymbolicLink()) return false;
  if (ownUid === undefined) return true;
  const isShielded = stats.isDirectory() && (stats.mode & STICKY) !== 0;
  const isOwned = stats.uid === ownUid || stats.uid === 0;
  return isOwned && ((stats.mode & WRITABLE) === 0 || isShielded);
}
