import type { FileHandle } from "node:fs/promises";

/** A file being written for the user, which appears under its name complete or not at all, whatever happens. */
export interface OwnedFile {
  readonly handle: FileHandle;
  readonly temporaryPath: string;
  /** Whether something of the user's stood there: what takes its place is the user's as soon as it is committed. */
  readonly takesPlace: boolean;
  /** Flushes (see `flush`), closes, renames. The file counts as ours until `keep`. Rejects, leaving `path` as it was, when that fails. */
  commit(): Promise<void>;
  /** The file is the result: no clean-up touches it any more. Commits it if that was not done. */
  keep(): Promise<void>;
  discard(): Promise<void>;
}
