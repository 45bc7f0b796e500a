import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "vitest";
import { leftOut } from "./need.ts";

const root = join(import.meta.dirname, "../../../shared/corpus");

/** Real templates of other people, when they lie beside the repository. */
export const hasCorpus = existsSync(root);

/** `it`, or a test shown as left out where there is no corpus. */
export const itWithCorpus = hasCorpus
  ? it
  : (title: string): void => it.skip(leftOut(title, "needs the corpus in ../shared/corpus"));

export interface CorpusFile {
  /** Relative to the corpus. */
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** The files of the corpus whose names end like this; empty where there is no corpus. */
export function corpusFiles(...endings: readonly string[]): CorpusFile[] {
  if (!hasCorpus) return [];
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .sort()
    .map((name) => ({ name, path: join(root, name), text: readFileSync(join(root, name), "utf8") }));
}

export interface CorpusTemplate {
  readonly name: string;
  readonly path: string;
  readonly isLegacy: boolean;
}

/** HCL2 templates, and the JSON files that are templates. */
export function corpusTemplates(): readonly CorpusTemplate[] {
  return corpusFiles(".pkr.hcl", ".json")
    .map(({ name, path, text }) => ({ name, path, text, isLegacy: name.endsWith(".json") }))
    .filter(({ isLegacy, text }) => !isLegacy || text.includes('"builders"'));
}
