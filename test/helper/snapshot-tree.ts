import { createHash } from "node:crypto";
import { readdir, readFile, readlink } from "node:fs/promises";
import { join, relative } from "node:path";

/** Every path below a directory with what is in it: a digest, the target of a link, or `directory`. */
export type TreeSnapshot = ReadonlyMap<string, string>;

/** `leaveOut`: paths (relative to `root`) that are not looked at, with what is below. */
export async function snapshotTree(root: string, leaveOut: readonly string[] = []): Promise<TreeSnapshot> {
  const entries = new Map<string, string>();
  const walk = async (directory: string): Promise<void> => {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      const name = relative(root, path);
      if (leaveOut.includes(name)) continue;
      if (entry.isDirectory()) {
        entries.set(name, "directory");
        await walk(path);
      } else if (entry.isSymbolicLink()) entries.set(name, `link to ${await readlink(path)}`);
      else
        entries.set(
          name,
          createHash("sha256")
            .update(await readFile(path))
            .digest("hex"),
        );
    }
  };
  await walk(root);
  return entries;
}

/** What is in `after` and was not, or not so, in `before`; and what is gone. */
export function compareTrees(
  before: TreeSnapshot,
  after: TreeSnapshot,
): { added: string[]; changed: string[]; gone: string[] } {
  const paths = [...after.keys()];
  return {
    added: paths.filter((path) => !before.has(path)),
    changed: paths.filter((path) => before.has(path) && before.get(path) !== after.get(path)),
    gone: [...before.keys()].filter((path) => !after.has(path)),
  };
}
