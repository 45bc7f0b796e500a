import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { compareStrings } from "../../language/compare-strings.ts";
import { mapLimited } from "../../lib/limited.ts";
import { BuildError } from "../../sdk/error.ts";
import { readPart, readPossiblePart, type Part } from "./read-part.ts";

/** Files that are open at a time. */
const AT_ONCE = 32;

/**
 * The parts that are meant, in the order of the arguments and, within folders, of their names. A folder stands for every part
 * below it; other JSON in it is passed over, and what is no JSON is refused, as it may be half a part.
 */
export async function collectParts(named: readonly string[], cwd: string): Promise<readonly Part[]> {
  const found = await Promise.all(named.map((name) => partFiles(name, cwd)));
  const files = found.flat();
  const unique = [...new Map(files.map((file) => [resolve(cwd, file.path), file])).values()];
  const parts = await mapLimited(unique, AT_ONCE, ({ path, isNamed }) =>
    isNamed ? readPart(path, cwd) : readPossiblePart(path, cwd),
  );
  const real = parts.filter((part) => part !== undefined);
  if (real.length > 0) return real;
  throw new BuildError(`There is no manifest and no metadata file in ${named.join(", ")}`, {
    hint: "A build writes them with the post-processor manifest, or with -metadata-file.",
  });
}

interface PartFile {
  readonly path: string;
  /** By the user, not found in a folder. */
  readonly isNamed: boolean;
}

async function partFiles(name: string, cwd: string): Promise<readonly PartFile[]> {
  const stats = await stat(resolve(cwd, name)).catch(() => undefined);
  if (stats?.isDirectory() !== true) return [{ path: name, isNamed: true }];
  const entries = await readdir(resolve(cwd, name), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".json"));
  const below = files.map((entry) => join(entry.parentPath, entry.name).slice(resolve(cwd, name).length + 1));
  return below.toSorted(compareStrings).map((path) => ({ path: join(name, path), isNamed: false }));
}
