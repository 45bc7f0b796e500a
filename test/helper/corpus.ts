import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { it } from "vitest";

/** Real templates from public repositories, kept beside the checkout where they are available. */
const folder = join(import.meta.dirname, "../../../shared/corpus");

export interface CorpusFile {
  readonly name: string;
  readonly text: string;
}

/** The files of the corpus whose names end like this; empty where there is no corpus. */
export function corpusFiles(...endings: readonly string[]): CorpusFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .sort()
    .map((name) => ({ name: relative(".", name), text: readFileSync(join(folder, name), "utf8") }));
}

/** `it`, or a test shown as left out where there is no corpus. */
export const itWithCorpus = existsSync(folder)
  ? it
  : (title: string): void => it.skip(`${title} [left out: needs the corpus in ../shared/corpus]`, () => {});
