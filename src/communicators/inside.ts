import { join, posix, relative, resolve, sep } from "node:path";
import { BuildError } from "../sdk/error.ts";

/** The local path for a name the guest sent. Throws when it would be outside of `root`. */
export function inside(root: string, name: string): string {
  const path = join(root, name);
  if (posix.isAbsolute(name) || name.split(/[/\\]/).includes("..") || !isInside(root, path)) {
    throw new BuildError(`The machine sent a file named "${name}", which leads out of the download directory`, {
      hint: "Nothing was written there. The machine, or its tar, is not to be trusted.",
    });
  }
  return path;
}

export function isInside(root: string, path: string): boolean {
  const way = relative(resolve(root), resolve(path));
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !posix.isAbsolute(way));
}
