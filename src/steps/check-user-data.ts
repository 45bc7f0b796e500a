import { opendir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { isSystemError } from "../lib/system-error.ts";
import { inUserDataFile, isUserData, userDataIssues } from "../sdk/schema/cloud-config.ts";
import type { ConfigIssue } from "../sdk/schema/schema.ts";

/** User data is a few lines; EC2 takes 16 KiB. What is larger is something else. */
const LARGEST_BYTES = 1 << 20;

/** How many files are looked at: a directory may be somebody's whole home directory. */
const MOST_FILES = 2000;

/** What is doubtful about the user data for cloud-init among files on this machine, which the argument at `argument` names. */
export async function checkUserDataFiles(
  paths: readonly string[],
  argument: ConfigIssue["path"],
  work: string,
): Promise<readonly ConfigIssue[]> {
  const issues: ConfigIssue[] = [];
  for (const path of paths) {
    for await (const file of filesBelow(path)) {
      const isUsed = isUserData(file.replace(/\.pkrtpl$/, ""));
      if (isUsed) issues.push(...(await checkFile(file, argument, work)));
    }
  }
  return issues;
}

async function* filesBelow(path: string): AsyncGenerator<string> {
  const stats = await stat(path).catch(() => undefined);
  if (!stats?.isDirectory()) {
    if (stats) yield path;
    return;
  }
  let seen = 0;
  try {
    for await (const entry of await opendir(path, { recursive: true })) {
      if (++seen > MOST_FILES) return;
      if (entry.isFile()) yield join(entry.parentPath, entry.name);
    }
  } catch (error) {
    // A directory that this user may not read; whoever needs its files says so.
    if (!isSystemError(error)) throw error;
  }
}

async function checkFile(file: string, argument: ConfigIssue["path"], work: string): Promise<readonly ConfigIssue[]> {
  const stats = await stat(file).catch(() => undefined);
  if (!stats || stats.size > LARGEST_BYTES) return [];
  const text = await readFile(file, "utf8").catch(() => "");
  return inUserDataFile(relative(work, file), text, userDataIssues(text, argument));
}
