import { lstat, open, rename, unlink, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { syncDirectory } from "../lib/atomic-file.ts";
import type { Reaper } from "./journal.ts";
import { highestMissingParent, makeParents, removeEmptyParents } from "./missing-parents.ts";
import type { Run, Step } from "./run.ts";

/** A file being written for the user, which appears under its name complete or not at all, whatever happens. */
export interface OwnedFile {
  readonly handle: FileHandle;
  readonly temporaryPath: string;
  /** Flushes (see `flush`), closes, renames. The file counts as ours until `keep`. Rejects, leaving `path` as it was, when that fails. */
  commit(): Promise<void>;
  /** The file is what the user wanted: no clean-up touches it any more. Commits when that was not done. */
  keep(): Promise<void>;
  discard(): Promise<void>;
}

export interface OwnedFileOptions {
  readonly mode?: number;
  /** Whether `commit` waits for the disk. Default true; false where what the file is made from stays until it is flushed. */
  readonly flush?: boolean;
}

/**
 * Starts `path` under a temporary name beside it, which carries the run id (that is its mark), after writing it to the
 * journal. A committed file is recognised by device, inode and time of birth, journalled before the rename: were the
 * user to put another file there, no clean-up would touch it. A file that replaced one of the user is never removed.
 */
export async function createOwnedFile(
  run: Pick<Run, "runId">,
  step: Pick<Step, "own">,
  path: string,
  options: OwnedFileOptions = {},
): Promise<OwnedFile> {
  const temporaryPath = temporaryName(path, run.runId);
  let state: "open" | "committed" | "kept" | "gone" = "open";
  let birth: Birth | undefined;
  const parents = await highestMissingParent(path);
  const entry = await step.own({ kind: "file", id: path, details: { parents } }, () => discard());
  await makeParents(path);
  const handle = await open(temporaryPath, "wx", options.mode ?? 0o644);

  const discard = async (): Promise<void> => {
    if (state === "kept" || state === "gone") return;
    await handle.close().catch(() => {});
    await unlinkIfThere(temporaryPath);
    if (birth !== undefined && (await isSameFile(path, birth))) await unlinkIfThere(path);
    await removeEmptyParents(path, parents);
    state = "gone";
  };
  const commit = async (): Promise<void> => {
    if (state !== "open") return;
    try {
      if (options.flush !== false) await handle.sync();
      const written = birthOf(await handle.stat({ bigint: true }));
      // A full disk or a network file system may report the loss only here.
      await handle.close();
      // What takes the place of a file of the user is the user's from then on: with it, the old content would go, too.
      if (!(await exists(path))) {
        await entry.update({ ...written });
        birth = written;
      }
      await rename(temporaryPath, path);
      state = "committed";
    } catch (error) {
      await discard();
      throw error;
    }
    if (options.flush !== false) await syncDirectory(dirname(path));
  };
  const keep = async (): Promise<void> => {
    await commit();
    state = "kept";
    await entry.strike();
  };
  return { handle, temporaryPath, commit, keep, discard };
}

/** What tells a file from any other that ever had its name. Decimal text: inode numbers exceed a double. */
interface Birth {
  readonly device: string;
  readonly inode: string;
  readonly bornNs: string;
}

function birthOf(stat: { dev: bigint; ino: bigint; birthtimeNs: bigint }): Birth {
  return { device: String(stat.dev), inode: String(stat.ino), bornNs: String(stat.birthtimeNs) };
}

async function isSameFile(path: string, birth: Birth): Promise<boolean> {
  const stat = await lstat(path, { bigint: true }).catch(() => undefined);
  if (stat === undefined) return false;
  const found = birthOf(stat);
  return found.device === birth.device && found.inode === birth.inode && found.bornNs === birth.bornNs;
}

const temporaryName = (path: string, runId: string): string => join(dirname(path), `.${basename(path)}.${runId}.tmp`);

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

export const reaper: Reaper = {
  kind: "reaper",
  type: "file",
  describe: ({ id }) => `file ${id}`,
  manualCommand: ({ id }) => `rm -- '${id.replaceAll("'", `'\\''`)}'`,
  reap: async ({ id, details }, { runId, dryRun }) => {
    const temporaryPath = temporaryName(id, runId);
    const birth = details as Partial<Birth> | undefined;
    const isHalfWritten = await exists(temporaryPath);
    const isThere = birth?.inode !== undefined && (await exists(id));
    const isOurs = isThere && (await isSameFile(id, birth as Birth));
    if (!dryRun) {
      if (isHalfWritten) await unlinkIfThere(temporaryPath);
      if (isOurs) await unlinkIfThere(id);
      await removeEmptyParents(id, details?.["parents"] as string | undefined);
    }
    if (isThere && !isOurs) return { kind: "not-ours", why: "another file has that name now" };
    return { kind: isHalfWritten || isOurs ? "removed" : "gone" };
  },
};
