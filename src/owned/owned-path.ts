import { lstat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { shortName } from "../lib/short-name.ts";
import type { ReapOutcome } from "../sdk/journal.ts";

/** A name beside `path` that carries the id of the run: its mark. */
export function temporaryName(path: string, runId: string): string {
  return join(dirname(path), `.${shortName(basename(path))}.${runId}.tmp`);
}

/** Whether there is anything under that name, a broken link included. */
export async function exists(path: string): Promise<boolean> {
  const stat = await lstat(path).catch(() => undefined);
  return stat !== undefined;
}

/** What a user types to remove `path` by hand; `command` is `rm` and its options. */
export function removalCommand(command: string, path: string): string {
  const quoted = path.replaceAll("'", "'\\''");
  return `${command} -- '${quoted}'`;
}

export function removedOrGone(isFound: boolean): ReapOutcome {
  return { kind: isFound ? "removed" : "gone" };
}
