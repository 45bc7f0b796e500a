import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Diagnostic, TextEdit } from "../language/diagnostic.ts";
import type { SourceFile } from "../language/source.ts";
import { writeUserFile } from "../lib/user-file.ts";

/** Makes every proposed change in the files of a template; returns the names of those that were changed. */
export async function applyEdits(diagnostics: readonly Diagnostic[], cwd: string): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const [file, edits] of editsByFile(diagnostics)) {
    const path = resolve(cwd, file.name);
    const text = await readFile(path, "utf8").catch(() => undefined);
    // What was read from elsewhere, or in another encoding, has other offsets.
    if (text !== file.text) continue;
    await writeUserFile(path, withEdits(text, edits));
    changed.push(file.name);
  }
  return changed;
}

function editsByFile(diagnostics: readonly Diagnostic[]): ReadonlyMap<SourceFile, readonly TextEdit[]> {
  const byFile = new Map<SourceFile, TextEdit[]>();
  for (const edit of diagnostics.flatMap(({ edits = [] }) => edits)) {
    const { file } = edit.range;
    byFile.set(file, [...(byFile.get(file) ?? []), edit]);
  }
  return byFile;
}

/** From the end, so that no edit moves another. Of two that overlap the later one in the text is made. */
function withEdits(text: string, edits: readonly TextEdit[]): string {
  let changed = text;
  let limit = text.length;
  for (const { range, text: replacement } of [...edits].sort((a, b) => b.range.start - a.range.start)) {
    if (range.end > limit) continue;
    changed = changed.slice(0, range.start) + replacement + changed.slice(range.end);
    limit = range.start;
  }
  return changed;
}
