import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

const root = join(import.meta.dirname, "../../../shared/corpus");

/** Real templates of other people, when they lie beside the repository. */
export const hasCorpus = existsSync(root);

export interface CorpusTemplate {
  /** Relative to the corpus. */
  readonly name: string;
  readonly path: string;
  readonly isLegacy: boolean;
}

export function corpusTemplates(): readonly CorpusTemplate[] {
  if (!hasCorpus) return [];
  return filesIn(root)
    .map((path) => ({ name: relative(root, path), path, isLegacy: path.endsWith(".json") }))
    .filter(
      ({ path, isLegacy }) =>
        path.endsWith(".pkr.hcl") || (isLegacy && readFileSync(path, "utf8").includes('"builders"')),
    );
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesIn(path) : [path]));
}
