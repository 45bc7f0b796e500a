import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseRecord } from "./record.ts";

/** Somebody may be about to take the lock: only what nobody can mean any more is left over. */
const LOCK_LEFT_MS = 3600_000;

/**
 * Removes what processes that died while they wrote have left in a store: files under temporary names, locks that were
 * never taken, records that cannot be read. Its objects are for who knows which are needed. Under the store's lock.
 */
export async function sweepLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (isTemporary(name) || (name.startsWith("lock.") && (await isOld(path)))) await rm(path, { force: true });
  }
  const records = join(directory, "records");
  for (const name of await readdir(records)) {
    if (!(await isRecord(join(records, name)))) await rm(join(records, name), { force: true });
  }
}

/** As `temporaryNameFor` names them. */
const isTemporary = (name: string): boolean => name.startsWith(".") && name.endsWith(".tmp");

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > LOCK_LEFT_MS;
}

async function isRecord(path: string): Promise<boolean> {
  const text = await readFile(path, "utf8").catch(() => "");
  return path.endsWith(".json") && parseRecord(text) !== undefined;
}
