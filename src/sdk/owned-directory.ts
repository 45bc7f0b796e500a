import { mkdir, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncDirectory } from "../lib/atomic-file.ts";
import { BuildError } from "./error.ts";
import type { Reaper } from "./journal.ts";
import { highestMissingParent, makeParents, removeEmptyParents } from "./missing-parents.ts";
import { exists, removalCommand, removedOrGone, temporaryName } from "./owned-path.ts";
import type { Run, Step } from "./run.ts";

/** The file that says which run made a directory. Its content is the run id and a line end. */
export const MARKER_FILE = ".imgbuild-run";

export interface OwnedDirectory {
  readonly path: string;
  /** The directory is the result: its marker is removed, and no clean-up touches it any more. */
  keep(): Promise<void>;
}

/**
 * Makes `path` (which must not exist; its parents may) as a directory this run may remove again: first the journal, then
 * the directory with its marker. Unless `keep` was called it is removed at the end of the build.
 */
export async function createOwnedDirectory(
  run: Pick<Run, "runId">,
  step: Pick<Step, "own">,
  path: string,
  options: { readonly mode?: number } = {},
): Promise<OwnedDirectory> {
  let kept = false;
  const parents = await highestMissingParent(path);
  const entry = await step.own({ kind: "directory", id: path, details: { parents } }, async () => {
    if (kept) return;
    await removeOwnedDirectory(path, run.runId);
    await removeEmptyParents(path, parents);
  });
  await makeOwnedDirectory(path, run.runId, options);
  return {
    path,
    keep: async () => {
      kept = true;
      await unlink(join(path, MARKER_FILE)).catch(() => {});
      await entry.strike();
    },
  };
}

/** The directory appears together with its marker: filled under a name that carries the run id, then renamed. */
export async function makeOwnedDirectory(
  path: string,
  runId: string,
  { mode = 0o755 }: { readonly mode?: number } = {},
): Promise<void> {
  if (await exists(path)) throw new BuildError(`The directory "${path}" exists already`);
  const aside = temporaryName(path, runId);
  await makeParents(path);
  await mkdir(aside, { mode });
  await writeFile(join(aside, MARKER_FILE), `${runId}\n`, { flag: "wx", mode: 0o600 });
  await rename(aside, path);
  await syncDirectory(dirname(path));
}

/** Renamed first: what an interruption leaves still carries the run id, though its marker may be gone. */
export async function removeOwnedDirectory(path: string, runId: string): Promise<void> {
  const aside = temporaryName(path, runId);
  if (await exists(path)) {
    await rm(aside, { recursive: true, force: true });
    await rename(path, aside);
  }
  await rm(aside, { recursive: true, force: true, maxRetries: 3 });
}

export const reaper: Reaper = {
  kind: "reaper",
  type: "directory",
  describe: ({ id }) => `directory ${id}`,
  manualCommand: ({ id }) => removalCommand("rm -r", id),
  reap: async ({ id, details }, { runId, dryRun }) => {
    const isThere = await exists(id);
    const mark = await readFile(join(id, MARKER_FILE), "utf8").catch(() => undefined);
    const isOurs = isThere && mark?.trim() === runId;
    const aside = temporaryName(id, runId);
    const isHalfDone = await exists(aside);
    if (!dryRun) {
      if (isHalfDone) await rm(aside, { recursive: true, force: true, maxRetries: 3 });
      if (isOurs) await removeOwnedDirectory(id, runId);
      await removeEmptyParents(id, details?.["parents"] as string | undefined);
    }
    if (isThere && !isOurs) return { kind: "not-ours", why: `it has no ${MARKER_FILE} with the id of that run` };
    return removedOrGone(isOurs || isHalfDone);
  },
};
