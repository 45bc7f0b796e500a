import { isAbsolute, relative } from "node:path";

/** A path as a user in `directory` would type it: relative below it, absolute elsewhere. */
export function displayPath(path: string, directory: string): string {
  const way = relative(directory, path);
  return way === "" || way.startsWith("..") || isAbsolute(way) ? path : way;
}
