import { lstat, mkdir, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, relative } from "node:path";
import { syncDirectory } from "../lib/atomic-file.ts";
import { BuildError } from "../sdk/error.ts";
import type { Reaper, Resource } from "../sdk/journal.ts";
import { missingParents, removeRecordedParents } from "./missing-parents.ts";
import { newerThings, removeAllBut } from "./newer-things.ts";
import { exists, removalCommand, removedOrGone, temporaryName } from "./owned-path.ts";
import type { Run, Step } from "../sdk/run.ts";
import { writeFailure } from "../sdk/write-failure.ts";

/** The file that says which run made a directory. Its content is the run id and a line end. */
export const MARKER_FILE = ".imgbuild-run";

export interface OwnedDirectory {
  readonly path: string;
  /** The directory is the result: its marker is removed, and no clean-up touches it any more. */
  keep(): Promise<void>;
}

export interface OwnedDirectoryOptions {
  readonly mode?: number;
  /** How the names begin of what the run's programs may still write after the run has died. */
  readonly ownNames?: readonly string[];
}

/**
 * Makes `path` (which must not exist; its parents may) as a directory this run may remove again: first the journal, then
 * the directory with its marker. Unless `keep` was called it is removed at the end of the build.
 */
export async function createOwnedDirectory(
  run: Pick<Run, "runId">,
  step: Pick<Step, "own">,
  path: string,
  { mode, ownNames = [] }: OwnedDirectoryOptions = {},
): Promise<OwnedDirectory> {
  let kept = false;
  const parents = await missingParents(path, run.runId);
  const entry = await step.own({ kind: "directory", id: path, details: { ...parents.details, ownNames } }, async () => {
    if (kept) return;
    await removeOwnedDirectory(path, run.runId);
    await parents.remove();
  });
  try {
    await parents.make(entry);
    await makeOwnedDirectory(path, run.runId, { mode });
  } catch (error) {
    throw await writeFailure(path, error, { verb: "made" });
  }
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
  { mode = 0o755 }: { readonly mode?: number | undefined } = {},
): Promise<void> {
  if (await exists(path)) throw new BuildError(`The directory "${path}" exists already`);
  const aside = temporaryName(path, runId);
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
  reap: async (resource, { runId, dryRun, lastSign }) => {
    const { id } = resource;
    if (!isAbsolute(id)) return { kind: "not-ours", why: "the journal does not say where it is" };
    const isThere = await exists(id);
    const isOurs = isThere && (await isMarked(id, runId));
    const aside = temporaryName(id, runId);
    const isHalfDone = await isDirectory(aside);
    const foreign = isOurs && lastSign !== undefined ? await newerThings(id, lastSign, ownNamesOf(resource)) : [];
    if (!dryRun) {
      if (isHalfDone) await rm(aside, { recursive: true, force: true, maxRetries: 3 });
      if (isOurs && foreign.length === 0) await removeOwnedDirectory(id, runId);
      if (foreign.length > 0) await removeAllBut(id, foreign);
      await removeRecordedParents(resource, runId);
    }
    if (isThere && !isOurs) return { kind: "not-ours", why: `it has no ${MARKER_FILE} with the id of that run` };
    if (foreign.length > 0) return { kind: "not-ours", why: foreignText(id, foreign, dryRun) };
    return removedOrGone(isOurs || isHalfDone);
  },
};

/** A marker of our own: a file, with the id, in a directory that is no link. */
async function isMarked(path: string, runId: string): Promise<boolean> {
  const marker = join(path, MARKER_FILE);
  const [directory, file] = await Promise.all([path, marker].map((at) => lstat(at).catch(() => undefined)));
  if (!directory?.isDirectory() || !file?.isFile()) return false;
  const mark = await readFile(marker, "utf8").catch(() => undefined);
  return mark?.trim() === runId;
}

async function isDirectory(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isDirectory() === true;
}

function ownNamesOf({ details }: Resource): readonly string[] {
  const names = details?.["ownNames"];
  if (!Array.isArray(names)) return [MARKER_FILE];
  return [MARKER_FILE, ...names.filter((name) => typeof name === "string" && name !== "")] as string[];
}

const MOST_NAMED = 3;

function foreignText(directory: string, foreign: readonly string[], dryRun: boolean): string {
  const named = foreign.slice(0, MOST_NAMED).map((path) => relative(directory, path));
  const more = foreign.length > MOST_NAMED ? ` and ${foreign.length - MOST_NAMED} more` : "";
  const stays = dryRun ? "would stay; the rest would be removed" : "stayed; the rest was removed";
  return `${named.join(", ")}${more} in it came after that run, and ${stays}`;
}
