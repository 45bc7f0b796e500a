import { opendir } from "node:fs/promises";
import { join } from "node:path";

const MOST_FILES = 1000;
const MOST_ENTRIES = 5000;

/**
 * Paths of files below a directory, as a request names them: those nearest to it first, and no more than are of use for a
 * hint, however many there are. Never rejects: what cannot be read is not there.
 */
export async function fileNames(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  const directories = ["/"];
  let entries = 0;
  for (const directory of directories) {
    const opened = await opendir(join(root, directory)).catch(() => undefined);
    if (!opened) continue;
    for await (const entry of opened) {
      if (entry.isDirectory()) directories.push(`${directory}${entry.name}/`);
      if (entry.isFile()) found.push(`${directory}${entry.name}`);
      if (found.length >= MOST_FILES || ++entries >= MOST_ENTRIES) return found;
    }
  }
  return found;
}
