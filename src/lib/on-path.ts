import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Whether a program of this name is in one of the directories of a `PATH`. */
export async function isOnPath(name: string, path: string): Promise<boolean> {
  const directories = path.split(delimiter).filter((directory) => directory !== "");
  const found = await Promise.all(directories.map((directory) => isExecutable(join(directory, name))));
  return found.includes(true);
}

/** Whether this process may execute the file. */
export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
