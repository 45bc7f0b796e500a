import { lstat, rename, rmdir } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative } from "node:path";
import { ensureDirectory } from "../lib/ensure-directory.ts";
import { identityOf, isStillThere, parseIdentity, type FileIdentity } from "../lib/file-identity.ts";
import { randomUuid } from "../lib/random-uuid.ts";
import { shortName } from "../lib/short-name.ts";
import type { JournalEntry, Resource } from "../sdk/journal.ts";
import { exists } from "./owned-path.ts";

/** The directories above a path that a run makes, and takes away again while they are empty and the very ones it made. */
export interface MissingParents {
  /** For the journal, before anything is made. */
  readonly details: ParentDetails;
  /** Makes them. What they are is in the journal before they have their names. */
  make(entry: Pick<JournalEntry, "update">): Promise<void>;
  remove(): Promise<void>;
}

/** What the journal says of them. */
interface ParentDetails {
  /** The highest directory to make. */
  readonly parents?: string | undefined;
  /** Part of the name it has until it is complete. */
  readonly parentsToken?: string | undefined;
  /** Those that were made, the highest first. */
  readonly parentsMade?: readonly MadeParent[] | undefined;
}

type MadeParent = FileIdentity & { readonly path: string };

export async function missingParents(path: string, runId: string): Promise<MissingParents> {
  const parentsToken = randomUuid().slice(-12);
  const parents = await highestMissingParent(path);
  let now: ParentDetails = parents === undefined ? {} : { parents, parentsToken };
  return {
    details: now,
    make: async (entry) => {
      const note = async (details: ParentDetails): Promise<void> => {
        now = details;
        await entry.update({ ...details });
      };
      await makeMissing(path, { runId, parentsToken, note });
    },
    remove: () => removeParents(path, runId, now),
  };
}

/** As `remove`, from a journal, which anybody may have written. Absolute paths only. */
export async function removeRecordedParents({ id, details = {} }: Resource, runId: string): Promise<void> {
  const { parents, parentsToken, parentsMade } = details;
  if (typeof parents !== "string" || typeof parentsToken !== "string" || !isAbsolute(id)) return;
  if (!/^[0-9a-f]{12}$/.test(parentsToken)) return;
  const made = Array.isArray(parentsMade) ? parentsMade.flatMap(parseMade) : [];
  await removeParents(id, runId, { parents, parentsToken, parentsMade: made });
}

function parseMade(value: unknown): readonly MadeParent[] {
  const identity = parseIdentity(value);
  const path: unknown = (value as { readonly path?: unknown } | null)?.path;
  if (identity === undefined || typeof path !== "string" || !isAbsolute(path)) return [];
  return [{ path, ...identity }];
}

/** The highest directory above `path` that does not exist yet; `undefined` when the directory of `path` exists. */
async function highestMissingParent(path: string): Promise<string | undefined> {
  let missing: string | undefined;
  for (let parent = dirname(path); !(await exists(parent)); parent = dirname(parent)) missing = parent;
  return missing;
}

interface Making {
  readonly runId: string;
  readonly parentsToken: string;
  note(details: ParentDetails): Promise<void>;
}

/** Somebody else may be making the same ones: then theirs are used. */
async function makeMissing(path: string, { runId, parentsToken, note }: Making): Promise<void> {
  for (;;) {
    const parents = await highestMissingParent(path);
    if (parents === undefined) return;
    const aside = asideOf(parents, runId, parentsToken);
    await note({ parents, parentsToken });
    await ensureDirectory(join(aside, relative(parents, dirname(path))));
    const parentsMade = await Promise.all(
      directoriesBetween(parents, dirname(path)).map((at) => madeAt(at, parents, aside)),
    );
    await note({ parents, parentsToken, parentsMade });
    const isNamed = await renameUnlessThere(aside, parents);
    if (isNamed) return;
    await removeParents(path, runId, { parents, parentsToken });
  }
}

async function madeAt(path: string, parents: string, aside: string): Promise<MadeParent> {
  const stats = await lstat(join(aside, relative(parents, path)), { bigint: true });
  return { path, ...identityOf(stats) };
}

async function renameUnlessThere(from: string, to: string): Promise<boolean> {
  if (await exists(to)) return false;
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ENOTEMPTY" || code === "EEXIST" || code === "ENOTDIR") return false;
    throw error;
  }
}

const asideOf = (parents: string, runId: string, token: string): string =>
  join(dirname(parents), `.${shortName(basename(parents))}.${runId}.${token}.tmp`);

/** From the highest down. */
function directoriesBetween(highest: string, lowest: string): readonly string[] {
  const below = relative(highest, lowest);
  if (below.startsWith("..") || isAbsolute(below)) return [];
  const parts = below === "" ? [] : below.split("/");
  return parts.reduce((paths, part) => [...paths, join(paths.at(-1)!, part)], [highest]);
}

/** Only empty ones can be removed, and only those that carry the run's id or are the very ones it made. */
async function removeParents(path: string, runId: string, details: ParentDetails): Promise<void> {
  const { parents, parentsToken, parentsMade = [] } = details;
  if (parents === undefined || parentsToken === undefined) return;
  const aside = asideOf(parents, runId, parentsToken);
  const unnamed = directoriesBetween(parents, dirname(path)).map((at) => join(aside, relative(parents, at)));
  for (const directory of [...unnamed].reverse()) await rmdir(directory).catch(() => {});
  for (const made of [...parentsMade].reverse()) {
    if (await isStillThere(made.path, made)) await rmdir(made.path).catch(() => {});
  }
}
