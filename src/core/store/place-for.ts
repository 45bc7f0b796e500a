import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "../../sdk/error.ts";

export interface PlaceFor {
  /** Absolute. */
  readonly path: string;
  readonly found: "nothing" | { readonly size: number };
}

/**
 * What is where a file of a store is to go. `within` is a path below `directory`. Rejects where a link would lead elsewhere,
 * or something that is no file has its name.
 */
export async function whatIsAt(directory: string, within: string): Promise<PlaceFor> {
  const parts = within.split("/");
  const path = join(directory, ...parts);
  for (let count = 1; count <= parts.length; count++) {
    const at = parts.slice(0, count).join("/");
    const stats = await lstat(join(directory, at)).catch(() => undefined);
    if (stats === undefined) return { path, found: "nothing" };
    if (stats.isSymbolicLink()) throw inTheWay(within, at, "a link, which may lead anywhere");
    const isLast = count === parts.length;
    if (isLast && !stats.isFile()) throw inTheWay(within, at, stats.isDirectory() ? "a directory" : "no file");
    if (!isLast && !stats.isDirectory()) throw inTheWay(within, at, "no directory");
    if (isLast) return { path, found: { size: stats.size } };
  }
  return { path, found: "nothing" };
}

function inTheWay(file: string, at: string, what: string): BuildError {
  return new BuildError(`${file} cannot be taken from the store: ${at} is ${what}`, {
    hint: "Move it away, or work in another directory.",
  });
}
