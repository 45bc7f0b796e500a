import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";

/**
 * Module → the modules of `root` it imports: statically, for their types only, or with `import()`. Paths are absolute.
 * @param {string} root
 * @returns {Map<string, readonly string[]>}
 */
export function importGraph(root) {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
  const known = new Set(files);
  return new Map(files.map((file) => [file, importsOf(file).filter((target) => known.has(target))]));
}

function importsOf(file) {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"), true, true);
  return importedFiles.map(({ fileName }) => resolve(dirname(file), fileName));
}

/**
 * The shortest way from a module back to itself, as paths relative to `root`; undefined where there is none.
 * @param {ReadonlyMap<string, readonly string[]>} graph
 */
export function cycleThrough(graph, file, root) {
  const queue = [[file]];
  const seen = new Set();
  for (const path of queue) {
    for (const next of graph.get(path.at(-1)) ?? []) {
      if (next === file) return [...path, file].map((each) => relative(root, each));
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push([...path, next]);
    }
  }
  return undefined;
}
