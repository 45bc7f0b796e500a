import { realpathSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { Host } from "../../sdk/host.ts";

/** The name of a file, as messages have it → as a CI system that shows it beside the source wants it. */
export type NameInCheckout = (name: string) => string;

/**
 * Names from the root of the checkout (`GITHUB_WORKSPACE`, `CI_PROJECT_DIR`), with slashes, wherever below it the command
 * runs. A file elsewhere keeps its name.
 */
export function nameInCheckout({ env, cwd }: Pick<Host, "env" | "cwd">): NameInCheckout {
  const root = env["GITHUB_WORKSPACE"] || env["CI_PROJECT_DIR"];
  if (!root) return (name) => name;
  const [from, here] = [realPath(root), realPath(cwd)];
  return (name) => {
    const inside = relative(from, resolve(here, name));
    const isElsewhere = inside === "" || inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside);
    return isElsewhere ? name : inside.replaceAll(sep, "/");
  };
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
