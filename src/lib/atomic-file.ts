import { open, rename, unlink, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { randomUuid } from "./random-uuid.ts";
import { shortName } from "./short-name.ts";

/**
 * A file being written under a temporary name in the directory of `path`, which appears under `path` complete or not
 * at all. Write through `handle`; then `commit`, or `discard`. After either, the other does nothing.
 */
export interface AtomicFile {
  readonly handle: FileHandle;
  readonly temporaryPath: string;
  /** Flushes to the disk, closes, renames. Rejects (and leaves `path` as it was) when any of that fails. */
  commit(): Promise<void>;
  discard(): Promise<void>;
}

export interface AtomicFileOptions {
  /** Mode at creation, so a secret is never readable by others. Default 0o644 (under the umask). */
  readonly mode?: number | undefined;
  /** Skip the flush, for files that can be made again at no cost. Default false. */
  readonly volatile?: boolean | undefined;
}

export async function createAtomicFile(path: string, options: AtomicFileOptions = {}): Promise<AtomicFile> {
  const temporaryPath = temporaryNameFor(path);
  const handle = await open(temporaryPath, "wx", options.mode ?? 0o644);
  let pending = true;
  const discard = async (): Promise<void> => {
    if (!pending) return;
    pending = false;
    await handle.close().catch(() => {});
    await unlink(temporaryPath).catch(() => {});
  };
  const commit = async (): Promise<void> => {
    if (!pending) return;
    try {
      if (options.volatile !== true) await handle.sync();
      // A full disk or a network file system may report the loss only here.
      await handle.close();
      await rename(temporaryPath, path);
      pending = false;
    } catch (error) {
      await discard();
      throw error;
    }
    if (options.volatile !== true) await syncDirectory(dirname(path));
  };
  return { handle, temporaryPath, commit, discard };
}

/** Writes `data` under `path`, complete or not at all. */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: AtomicFileOptions = {},
): Promise<void> {
  const file = await createAtomicFile(path, options);
  try {
    await file.handle.writeFile(data);
    await file.commit();
  } finally {
    await file.discard();
  }
}

/** Hidden, in the same directory (a rename must not cross file systems), and recognisable as ours. */
export function temporaryNameFor(path: string): string {
  return join(dirname(path), `.${shortName(basename(path))}.${randomUuid().slice(-12)}.tmp`);
}

/** Makes a rename in `directory` durable, where the platform can (Windows cannot open directories). */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** Makes files durable that were written without a flush. Rejects with the disk's error. */
export async function flushFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const handle = await open(path, "r");
    await handle.sync().finally(() => handle.close());
  }
  for (const directory of new Set(paths.map((path) => dirname(path)))) await syncDirectory(directory);
}
