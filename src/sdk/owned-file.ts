import { lstat, open, rename, unlink, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { syncDirectory } from "../lib/atomic-file.ts";
import type { JournalEntry, Reaper } from "./journal.ts";
import { highestMissingParent, makeParents, removeEmptyParents } from "./missing-parents.ts";
import { exists, removalCommand, removedOrGone, temporaryName } from "./owned-path.ts";
import type { Run, Step } from "./run.ts";

/** A file being written for the user, which appears under its name complete or not at all, whatever happens. */
export interface OwnedFile {
  readonly handle: FileHandle;
  readonly temporaryPath: string;
  /** Flushes (see `flush`), closes, renames. The file counts as ours until `keep`. Rejects, leaving `path` as it was, when that fails. */
  commit(): Promise<void>;
  /** The file is the result: no clean-up touches it any more. Commits it if that was not done. */
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
 * user to put another file there, no clean-up would touch it. A file that replaced one of the user's is never removed.
 */
export async function createOwnedFile(
  run: Pick<Run, "runId">,
  step: Pick<Step, "own">,
  path: string,
  { mode = 0o644, flush = true }: OwnedFileOptions = {},
): Promise<OwnedFile> {
  const temporaryPath = temporaryName(path, run.runId);
  const parents = await highestMissingParent(path);
  let file: OwnedFile | undefined = undefined;
  const entry = await step.own({ kind: "file", id: path, details: { parents } }, async () => {
    if (file) await file.discard();
    else await removeEmptyParents(path, parents);
  });
  await makeParents(path);
  const handle = await open(temporaryPath, "wx", mode);
  file = new FileInProgress({ path, temporaryPath, parents, handle, entry, flush });
  return file;
}

interface Progress extends Required<Pick<OwnedFileOptions, "flush">> {
  readonly path: string;
  readonly temporaryPath: string;
  /** The highest directory that was made for it. */
  readonly parents: string | undefined;
  readonly handle: FileHandle;
  readonly entry: JournalEntry;
}

class FileInProgress implements OwnedFile {
  readonly handle: FileHandle;
  readonly temporaryPath: string;
  readonly #progress: Progress;
  #state: "open" | "committed" | "kept" | "gone" = "open";
  #birth: Birth | undefined;

  constructor(progress: Progress) {
    this.handle = progress.handle;
    this.temporaryPath = progress.temporaryPath;
    this.#progress = progress;
  }

  async commit(): Promise<void> {
    if (this.#state !== "open") return;
    const { path, temporaryPath, flush } = this.#progress;
    try {
      await this.#closeAndRecord();
      await rename(temporaryPath, path);
      this.#state = "committed";
    } catch (error) {
      await this.discard();
      throw error;
    }
    if (flush) await syncDirectory(dirname(path));
  }

  async #closeAndRecord(): Promise<void> {
    const { path, handle, entry, flush } = this.#progress;
    if (flush) await handle.sync();
    const written = birthOf(await handle.stat({ bigint: true }));
    // A full disk or a network file system may report the loss only here.
    await handle.close();
    // What takes the place of a file of the user is the user's from then on: removing it would lose the old content, too.
    if (await exists(path)) return;
    await entry.update({ ...written });
    this.#birth = written;
  }

  async keep(): Promise<void> {
    await this.commit();
    this.#state = "kept";
    await this.#progress.entry.strike();
  }

  async discard(): Promise<void> {
    if (this.#state === "kept" || this.#state === "gone") return;
    const { path, temporaryPath, handle, parents } = this.#progress;
    await handle.close().catch(() => {});
    await unlinkIfThere(temporaryPath);
    if (this.#birth !== undefined && (await isSameFile(path, this.#birth))) await unlinkIfThere(path);
    await removeEmptyParents(path, parents);
    this.#state = "gone";
  }
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

async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

export const reaper: Reaper = {
  kind: "reaper",
  type: "file",
  describe: ({ id }) => `file ${id}`,
  manualCommand: ({ id }) => removalCommand("rm", id),
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
    return removedOrGone(isHalfWritten || isOurs);
  },
};
