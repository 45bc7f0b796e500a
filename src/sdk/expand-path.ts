import { isAbsolute, join, resolve } from "node:path";
import type { Run } from "./run.ts";

/** `~` is the user's home; other relative paths start in the working directory. */
export function expandPath(run: Pick<Run, "host" | "directories">, path: string): string {
  if (path === "~" || path.startsWith("~/")) return join(run.host.homeDir, path.slice(1));
  return isAbsolute(path) ? path : resolve(run.directories.work, path);
}
