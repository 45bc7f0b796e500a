import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { outputTarget, type OutputTarget } from "../../../lib/output-target.ts";
import { shortName } from "../../../lib/short-name.ts";
import type { Host } from "../../../sdk/host.ts";
import { createOwnedFile } from "../../../owned/owned-file.ts";
import { withOwnedLock } from "../../../owned/owned-lock.ts";
import type { Run, Step } from "../../../sdk/run.ts";
import { writeFailure } from "../../../sdk/write-failure.ts";

/**
 * Reads, changes and writes a file of the user that other builds and other processes may change at the same time: one
 * after the other, each change complete or not at all. `change` gets "" when there is no file, and returns the new text.
 * What is no file (a device, a pipe) is not read, and has no lock beside it.
 */
export async function changeSharedFile(run: Run, path: string, change: (before: string) => string): Promise<void> {
  await run.step(`write ${basename(path)}`, async (step) => {
    try {
      const target = await outputTarget(path);
      await inTurn(run.host, target.path, () => {
        step.signal.throwIfAborted();
        const body = (): Promise<void> => changeFile({ run, step, path, target }, change);
        if (target.kind === "through") return body();
        // Beside the file itself, so that all who know it by different names wait for each other.
        const lockPath = join(dirname(target.path), `.${shortName(basename(target.path))}.lock`);
        return withOwnedLock(run, step, { path: lockPath, signal: step.signal, pollMs: 25 }, body);
      });
    } catch (error) {
      step.signal.throwIfAborted();
      throw await writeFailure(path, error);
    }
  });
}

/** The last in the queue for each path, for each run. */
const queues = new WeakMap<Host, Map<string, Promise<void>>>();

/** Builds of one run queue up for a file instead of polling its lock: a hundred of them would keep each other busy. */
async function inTurn(host: Host, path: string, body: () => Promise<void>): Promise<void> {
  const queue = queues.get(host) ?? new Map<string, Promise<void>>();
  queues.set(host, queue);
  const turn = (queue.get(path) ?? Promise.resolve()).then(body);
  const settled = turn.catch(() => {});
  queue.set(path, settled);
  try {
    await turn;
  } finally {
    if (queue.get(path) === settled) queue.delete(path);
  }
}

interface SharedFile {
  readonly run: Run;
  readonly step: Step;
  readonly path: string;
  readonly target: OutputTarget;
}

async function changeFile({ run, step, path, target }: SharedFile, change: (before: string) => string): Promise<void> {
  const isReadable = target.kind === "replace" || target.isReadable;
  const content = change(isReadable ? await readIfThere(target.path) : "");
  const file = await createOwnedFile(run, step, path);
  await file.handle.writeFile(content);
  await file.keep();
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
