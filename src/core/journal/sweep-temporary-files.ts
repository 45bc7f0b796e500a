import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** As `temporaryNameFor` makes them. */
const TEMPORARY = /^\..+\.[0-9a-f]{12}\.tmp$/;

/** Removes what a process that was killed was writing to the record of its run. Call it only for a run that is over. */
export async function sweepTemporaryFiles(runDirectory: string): Promise<void> {
  const entries = await readdir(runDirectory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && TEMPORARY.test(entry.name));
  await Promise.all(files.map(({ parentPath, name }) => rm(join(parentPath, name), { force: true })));
}
