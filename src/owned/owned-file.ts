import { lstat, open, rename, unlink, type FileHandle } from "node:fs/promises";
import { dirname, isAbsolute } from "node:path";
import { syncDirectory } from "../lib/atomic-file.ts";
import {
  identityOf,
  isSameIdentity,
  parseIdentity,
  type FileIdentity,
  type IdentityStats,
} from "../lib/file-identity.ts";
import { outputTarget, TRUNCATE, type OutputTarget } from "../lib/output-target.ts";
import { copyThrough } from "../lib/write-through.ts";
import type { JournalEntry, Reaper } from "../sdk/journal.ts";
import { missingParents, removeRecordedParents, type MissingParents } from "./missing-parents.ts";
import { exists, removalCommand, removedOrGone, temporaryName } from "./owned-path.ts";
import type { OwnedFile } from "./file-being-written.ts";
import { spoolFile } from "./spool-file.ts";
import type { Run, Step } from "../sdk/run.ts";

export interface OwnedFileOptions {
  /** Of a new file. One that is there keeps its own. */
  readonly mode?: number;
  /** Whether `commit` waits for the disk. Default true; false where what the file is made from stays until it is flushed. */
  readonly flush?: boolean;
}

/**
 * Starts `path` under a temporary name beside it, which carries the run id (that is its mark), after writing it to the
 * journal. Links are followed to their end; a device or a pipe is written when the whole content is there, from a file
 * in the temporary directory of the run. A committed file is recognised by device, inode, time of birth, size and time
 * of the last change, journalled before the rename: were the user to put another file there, or to change this one, no
 * clean-up would touch it. A file that replaced one of the user's is never removed.
 */
export async function createOwnedFile(
  run: Pick<Run, "runId" | "directories">,
  step: Pick<Step, "own" | "signal">,
  path: string,
  { mode = 0o644, flush = true }: OwnedFileOptions = {},
): Promise<OwnedFile> {
  const target = await outputTarget(path);
  if (target.kind === "through") return spoolFile(target, run.directories.temp, step.signal);
  const parents = await missingParents(target.path, run.runId);
  let file: OwnedFile | undefined = undefined;
  const entry = await step.own({ kind: "file", id: target.path, details: { ...parents.details } }, async () => {
    if (file) await file.discard();
    else await parents.remove();
  });
  await parents.make(entry);
  const temporaryPath = temporaryName(target.path, run.runId);
  const handle = await open(temporaryPath, "wx", mode);
  file = new FileInProgress({ target, temporaryPath, parents, handle, entry, flush });
  return file;
}

type ReplaceTarget = Extract<OutputTarget, { kind: "replace" }>;

interface Progress extends Required<Pick<OwnedFileOptions, "flush">> {
  readonly target: ReplaceTarget;
  readonly temporaryPath: string;
  readonly parents: MissingParents;
  readonly handle: FileHandle;
  readonly entry: JournalEntry;
}

class FileInProgress implements OwnedFile {
  readonly handle: FileHandle;
  readonly temporaryPath: string;
  readonly takesPlace: boolean;
  readonly #progress: Progress;
  #state: "open" | "committed" | "kept" | "gone" = "open";
  #written: WrittenFile | undefined;

  constructor(progress: Progress) {
    this.handle = progress.handle;
    this.temporaryPath = progress.temporaryPath;
    this.takesPlace = progress.target.before !== undefined;
    this.#progress = progress;
  }

  async commit(): Promise<void> {
    if (this.#state !== "open") return;
    const { target, flush } = this.#progress;
    try {
      await this.#closeAndRecord();
      await this.#putInPlace();
      this.#state = "committed";
    } catch (error) {
      await this.discard();
      throw error;
    }
    if (flush) await syncDirectory(dirname(target.path));
  }

  async #closeAndRecord(): Promise<void> {
    const { target, handle, entry, flush } = this.#progress;
    await takeOver(handle, target);
    if (flush) await handle.sync();
    const written = writtenOf(await handle.stat({ bigint: true }));
    // A full disk or a network file system may report the loss only here.
    await handle.close();
    // What takes the place of a file of the user is the user's from then on: removing it would lose the old content, too.
    if (await exists(target.path)) return;
    await entry.update({ ...written });
    this.#written = written;
  }

  async #putInPlace(): Promise<void> {
    const { target, temporaryPath } = this.#progress;
    try {
      await rename(temporaryPath, target.path);
    } catch (error) {
      // A file that is a mount point, as containers have them, has its name for good.
      if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
      await copyThrough(temporaryPath, { kind: "through", path: target.path, flags: TRUNCATE, isReadable: true });
      await unlinkIfThere(temporaryPath);
    }
  }

  async keep(): Promise<void> {
    await this.commit();
    this.#state = "kept";
    await this.#progress.entry.strike();
  }

  async discard(): Promise<void> {
    if (this.#state === "kept" || this.#state === "gone") return;
    const { target, temporaryPath, handle, parents } = this.#progress;
    await handle.close().catch(() => {});
    await unlinkIfThere(temporaryPath);
    const found = this.#written && (await compare(target.path, this.#written));
    if (found === "same") await unlinkIfThere(target.path);
    await parents.remove();
    this.#state = "gone";
  }
}

/** Mode and, where permitted, owner of the file that is replaced. */
async function takeOver(handle: FileHandle, { before }: ReplaceTarget): Promise<void> {
  if (before === undefined) return;
  await handle.chown(Number(before.uid), Number(before.gid)).catch(() => {});
  await handle.chmod(Number(before.mode) & 0o7777);
}

/** The file, and how it was left. */
interface WrittenFile extends FileIdentity {
  readonly size: string;
  readonly changedNs: string;
}

function writtenOf(stats: IdentityStats & { readonly size: bigint; readonly mtimeNs: bigint }): WrittenFile {
  return { ...identityOf(stats), size: String(stats.size), changedNs: String(stats.mtimeNs) };
}

function parseWritten(value: unknown): WrittenFile | undefined {
  const identity = parseIdentity(value);
  if (identity === undefined) return undefined;
  const { size, changedNs } = value as Partial<Record<keyof WrittenFile, unknown>>;
  if (typeof size !== "string" || typeof changedNs !== "string") return undefined;
  return { ...identity, size, changedNs };
}

async function compare(path: string, written: WrittenFile): Promise<"same" | "changed" | "another" | "nothing"> {
  const stats = await lstat(path, { bigint: true }).catch(() => undefined);
  if (stats === undefined) return "nothing";
  const found = writtenOf(stats);
  if (!isSameIdentity(found, written) || !stats.isFile()) return "another";
  return found.size === written.size && found.changedNs === written.changedNs ? "same" : "changed";
}

async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

const whyNot = {
  another: "another file has that name now",
  changed: "it has changed since that run wrote it",
} as const;

export const reaper: Reaper = {
  kind: "reaper",
  type: "file",
  describe: ({ id, details }) =>
    parseWritten(details) === undefined ? `file ${id}` : `file ${id} (complete, of a build that did not end)`,
  manualCommand: ({ id }) => removalCommand("rm", id),
  reap: async (resource, { runId, dryRun }) => {
    const { id, details } = resource;
    if (!isAbsolute(id)) return { kind: "not-ours", why: "the journal does not say where it is" };
    const temporaryPath = temporaryName(id, runId);
    const isHalfWritten = await isFile(temporaryPath);
    const written = parseWritten(details);
    const found = written === undefined ? "nothing" : await compare(id, written);
    if (!dryRun) {
      if (isHalfWritten) await unlinkIfThere(temporaryPath);
      if (found === "same") await unlinkIfThere(id);
      await removeRecordedParents(resource, runId);
    }
    if (found === "another" || found === "changed") return { kind: "not-ours", why: whyNot[found] };
    return removedOrGone(isHalfWritten || found === "same");
  },
};

async function isFile(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isFile() === true;
}
