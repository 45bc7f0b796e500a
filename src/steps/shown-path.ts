import { relative, sep } from "node:path";
import type { Run } from "../sdk/run.ts";

/** A path as the user should read it: from the working directory where it is inside, else as it is. */
export function shownPath(run: Pick<Run, "directories">, path: string): string {
  const inner = relative(run.directories.work, path);
  const isOutside = inner === "" || inner === ".." || inner.startsWith(`..${sep}`);
  return isOutside ? path : inner;
}
