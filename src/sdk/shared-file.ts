import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createOwnedFile } from "./owned-file.ts";
import { withOwnedLock } from "./owned-lock.ts";
import type { Run, Step } from "./run.ts";
import { writeFailure } from "./write-failure.ts";

/**
 * Reads, changes and writes a file of the user that other builds and other processes may change at the same time: one
 * after the other, each change complete or not at all. `change` gets "" when there is no file, and returns the new text.
 */
export async function changeSharedFile(run: Run, path: string, change: (before: string) => string): Promise<void> {
  await run.step(`write ${basename(path)}`, async (step) => {
    const lockPath = join(dirname(path), `.${basename(path)}.lock`);
    try {
      await withOwnedLock(step, lockPath, () => changeFile(run, step, path, change), {
        signal: step.signal,
        pollMs: 25,
      });
    } catch (error) {
      step.signal.throwIfAborted();
      throw await writeFailure(path, error);
    }
  });
}

async function changeFile(run: Run, step: Step, path: string, change: (before: string) => string): Promise<void> {
  const content = change(await readIfThere(path));
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
