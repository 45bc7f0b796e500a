import { lstat, readdir, readlink, realpath, stat } from "node:fs/promises";
import { join } from "node:path";

/** Something below a directory of this computer. Paths are relative, with `/`. */
export type TreeEntry =
  | { readonly kind: "directory"; readonly path: string; readonly mode: number; readonly mtime: Date }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly mode: number;
      readonly mtime: Date;
      readonly source: string;
      readonly size: number;
    }
  /** A link to nothing; links to something are followed. */
  | { readonly kind: "link"; readonly path: string; readonly target: string };

/** Everything below `root`, parents before children, in a stable order. Sockets, devices and pipes are left out. */
export async function listLocalTree(root: string): Promise<readonly TreeEntry[]> {
  const entries: TreeEntry[] = [];
  const walk = async (directory: string, prefix: string, above: readonly string[]): Promise<void> => {
    const real = await realpath(directory);
    if (above.includes(real)) return;
    const names = (await readdir(directory)).sort();
    const found = await Promise.all(names.map((name) => describe(join(directory, name), prefix + name)));
    for (const [index, name] of names.entries()) {
      const entry = found[index];
      if (!entry) continue;
      entries.push(entry);
      if (entry.kind === "directory") await walk(join(directory, name), `${prefix}${name}/`, [...above, real]);
    }
  };
  await walk(root, "", []);
  return entries;
}

async function describe(source: string, path: string): Promise<TreeEntry | undefined> {
  const found = await stat(source).catch(() => undefined);
  if (!found) {
    const link = await lstat(source).catch(() => undefined);
    return link?.isSymbolicLink() === true ? { kind: "link", path, target: await readlink(source) } : undefined;
  }
  const { mode, mtime, size } = { mode: found.mode & 0o7777, mtime: found.mtime, size: found.size };
  if (found.isDirectory()) return { kind: "directory", path, mode, mtime };
  return found.isFile() ? { kind: "file", path, mode, mtime, source, size } : undefined;
}

export function totalSize(entries: readonly TreeEntry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.size : 0), 0);
}
