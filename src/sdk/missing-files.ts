import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { error } from "./schema/rules.ts";
import type { ConfigIssue } from "./schema/schema.ts";

/** For `checkFiles`: those of the named files (argument path, file) that are not there, each as an error at its argument. */
export async function missingFiles(
  files: readonly (readonly [ConfigIssue["path"], string])[],
  work: string,
): Promise<readonly ConfigIssue[]> {
  const issues = await Promise.all(files.map(([path, file]) => missing(path, file, work)));
  return issues.flat();
}

async function missing(path: ConfigIssue["path"], file: string, work: string): Promise<ConfigIssue[]> {
  try {
    await access(resolve(work, file));
    return [];
  } catch {
    return [error("missing-file", path, "File not found", `There is no file "${file}" (looked for from ${work}).`)];
  }
}
