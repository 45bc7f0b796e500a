import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Candidate } from "./check-binary.ts";
import { filePrefix, suffix, type Target } from "./file-name.ts";

export interface FindOptions {
  readonly directory: string;
  readonly target: Target;
  /** Only plugins that may be the one with this source: Packer looks in the folder of the namespace and all below. */
  readonly source?: string | undefined;
  /** Only plugins with one of these names. */
  readonly names?: readonly string[] | undefined;
}

const DEEPEST = 16;

/** Files that are named like plugins for this machine, in folders below the directory of plugins, by path. */
export async function findBinaries({ directory, target, source, names }: FindOptions): Promise<readonly Candidate[]> {
  const own = source?.split("/").at(-1);
  const start = join(directory, ...(source?.split("/").slice(0, -1) ?? []));
  const prefixes = own === undefined ? (names?.map(filePrefix) ?? ["packer-plugin-"]) : [filePrefix(own)];
  const isWanted = (file: string): boolean =>
    prefixes.some((prefix) => file.startsWith(prefix)) && file.endsWith(suffix(target));
  const found: Candidate[] = [];
  const walk = async (folder: string): Promise<void> => {
    const parts = relative(directory, folder)
      .split(sep)
      .filter((part) => part !== "");
    if (parts.length > DEEPEST) return;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await walk(path);
      // Never directly in the directory of plugins: nothing would say whose it is.
      else if (parts.length > 0 && isWanted(entry.name))
        found.push({ path, fileName: entry.name, source: parts.join("/") });
    }
  };
  await walk(start);
  return found;
}
