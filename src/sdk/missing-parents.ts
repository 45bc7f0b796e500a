import { mkdir, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { exists } from "./owned-path.ts";

/** The highest directory above `path` that does not exist yet; `undefined` when the directory of `path` exists. */
export async function highestMissingParent(path: string): Promise<string | undefined> {
  let missing: string | undefined;
  for (let parent = dirname(path); !(await exists(parent)); parent = dirname(parent)) missing = parent;
  return missing;
}

export async function makeParents(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
}

/** Removes the directories above `path` up to `highest`, as long as they are empty. */
export async function removeEmptyParents(path: string, highest: string | undefined): Promise<void> {
  if (highest === undefined) return;
  for (let parent = dirname(path); parent.startsWith(highest); parent = dirname(parent)) {
    const isRemoved = await rmdir(parent).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code === "ENOENT",
    );
    if (!isRemoved) return;
  }
}
