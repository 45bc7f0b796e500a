import { isAbsolute, relative } from "node:path";

/** A path as a user in `directory` would type it: relative below it, absolute elsewhere. */
export function displayPath(path: string, directory: string): string {
  const below = relative(directory, path);
  const isElsewhere = below === "" || below.startsWith("..") || isAbsolute(below);
  return isElsewhere ? path : below;
}
