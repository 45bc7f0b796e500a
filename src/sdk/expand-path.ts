import { isAbsolute, join, resolve } from "node:path";

interface Places {
  readonly host: { readonly homeDir: string };
  readonly directories: { readonly work: string };
}

/** `~` is the user's home; other relative paths start in the working directory. */
export function expandPath(run: Places, path: string): string {
  if (path === "~" || path.startsWith("~/")) return join(run.host.homeDir, path.slice(1));
  return isAbsolute(path) ? path : resolve(run.directories.work, path);
}
