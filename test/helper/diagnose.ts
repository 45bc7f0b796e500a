import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkFiles } from "../../src/core/check-files.ts";
import type { Diagnostic } from "../../src/language/diagnostic.ts";
import { positionOf } from "../../src/language/position.ts";
import { registry } from "../../src/registry.ts";
import { loadForTest, type TestLoad } from "./load-for-test.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

export interface Mistaken extends TestLoad {
  /** Further files beside the template, by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly buildsHere?: boolean;
}

/** What `validate` says about a template, with the real components, in the order in which it says it. */
export async function diagnose(
  template: string,
  { files = {}, name = "t.pkr.hcl", buildsHere = false, ...options }: Mistaken = {},
): Promise<readonly Diagnostic[]> {
  const directory = temporaryDirectory();
  for (const [path, text] of Object.entries({ ...files, [name]: template })) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  const load: TestLoad = { registry, readDataSource: undefined, ...options };
  const { template: loaded, diagnostics, unbuilt } = await loadForTest(name, directory, load);
  if (!loaded) return diagnostics;
  const missing = await checkFiles(
    { builds: loaded.builds, unbuilt },
    {
      work: directory,
      template: directory,
      host: { homeDir: directory, env: {}, platform: "linux" },
      buildsHere,
    },
  );
  return [...diagnostics, ...missing];
}

/** `LINE:COLUMN error: detail`; warnings likewise. Without a place, the text alone. */
export function shortly({ severity, detail, subject }: Diagnostic): string {
  if (!subject) return `${severity}: ${detail}`;
  const { line, column } = positionOf(subject.file, subject.start);
  return `${line}:${column} ${severity}: ${detail}`;
}

/** The template with every proposed change made. */
export function mended(template: string, diagnostics: readonly Diagnostic[]): string {
  const edits = diagnostics.flatMap(({ edits = [] }) => edits);
  const fromTheEnd = [...edits].reverse().sort((a, b) => b.range.start - a.range.start);
  return fromTheEnd.reduce((text, { range, text: replacement }) => {
    return text.slice(0, range.start) + replacement + text.slice(range.end);
  }, template);
}
