import { rm, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { BuildError } from "../../sdk/error.ts";
import { sumFileOf } from "../installed/check-binary.ts";

/** Removes an installed binary with its sum, and folders that are empty then, up to the directory of all plugins. */
export async function removePlugin(path: string, directory: string): Promise<void> {
  try {
    await rm(path);
    await rm(sumFileOf(path), { force: true });
  } catch (cause) {
    throw new BuildError(`${path} cannot be removed`, { cause });
  }
  for (let folder = dirname(path); folder !== directory && folder.startsWith(directory); folder = dirname(folder)) {
    const isGone = await rmdir(folder).then(
      () => true,
      () => false,
    );
    if (!isGone) return;
  }
}
