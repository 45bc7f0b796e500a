import { dirname } from "node:path";
import { ensureDirectory } from "../../lib/ensure-directory.ts";
import { lock, readLockOwner, type FileLock } from "../../lib/file-lock.ts";
import type { Run } from "../../sdk/run.ts";
import { directoryError } from "../disk-error.ts";
import type { DownloadAttempt } from "./attempt.ts";

interface LockTargetOptions {
  /** What the owner of the lock does: completes "process 12, which …". */
  readonly what: string;
  /** While somebody else has it. */
  readonly onWait?: () => Promise<void>;
}

/** Waits until no other build makes the file `target`. After a moment it says for whom it waits. */
export async function lockTarget(
  { run, signal }: DownloadAttempt,
  target: string,
  { what, onWait = () => Promise.resolve() }: LockTargetOptions,
): Promise<FileLock> {
  await makeDirectory(dirname(target));
  const path = `${target}.lock`;
  const tellOnce = onceAfterAMoment(() => sayWhoHolds(run, what, path));
  return lock(path, {
    signal,
    onWait: async (waitedMs) => {
      await tellOnce(waitedMs);
      await onWait();
    },
  });
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await ensureDirectory(path, 0o755);
  } catch (error) {
    throw await directoryError(error, path, "PACKER_CACHE_DIR names another place for the cache.");
  }
}

const MOMENT_MS = 1000;

function onceAfterAMoment(action: () => Promise<void>): (waitedMs: number) => Promise<void> {
  let isDone = false;
  return async (waitedMs) => {
    if (isDone || waitedMs < MOMENT_MS) return;
    isDone = true;
    await action();
  };
}

async function sayWhoHolds(run: Run, what: string, path: string): Promise<void> {
  const owner = await readLockOwner(path);
  const holder = typeof owner === "object" ? `process ${owner.pid}` : "another process";
  run.say(`Waiting for ${holder}, which ${what} (${path})...`);
}
