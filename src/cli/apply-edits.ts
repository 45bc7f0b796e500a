import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Diagnostic, TextEdit } from "../language/diagnostic.ts";
import type { SourceFile, SourceRange } from "../language/source.ts";
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

/** The changes of a diagnostic are made all together, or, where one of them meets those of another, not this time. */
function editsByFile(diagnostics: readonly Diagnostic[]): ReadonlyMap<SourceFile, readonly TextEdit[]> {
  const taken: TextEdit[] = [];
  for (const { edits = [] } of diagnostics) {
    // What two mistakes both need is added once.
    const further = edits.filter((edit) => !taken.some((other) => isSame(edit, other)));
    const isFree = further.every((edit) => !taken.some((other) => overlaps(edit.range, other.range)));
    if (isFree) taken.push(...further);
  }
  const byFile = new Map<SourceFile, TextEdit[]>();
  for (const edit of taken) byFile.set(edit.range.file, [...(byFile.get(edit.range.file) ?? []), edit]);
  return byFile;
}

function isSame(one: TextEdit, other: TextEdit): boolean {
  const [a, b] = [one.range, other.range];
  return a.file === b.file && a.start === b.start && a.end === b.end && one.text === other.text;
}

const overlaps = (one: SourceRange, other: SourceRange): boolean =>
  one.file === other.file && one.start < other.end && other.start < one.end;

/** From the end, so that no edit moves another; what is added at one place stays in its order. */
function withEdits(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .reverse()
    .sort(({ range: a }, { range: b }) => b.start - a.start || b.end - a.end)
    .reduce((changed, { range, text: replacement }) => {
      return changed.slice(0, range.start) + replacement + changed.slice(range.end);
    }, text);
}
