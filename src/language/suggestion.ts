import { nearest } from "../lib/did-you-mean.ts";
import type { Diagnostic, TextEdit } from "./diagnostic.ts";
import type { SourceRange } from "./source.ts";

export interface Misspelt {
  /** What was written. */
  readonly name: string;
  /** What could have been meant. */
  readonly known: Iterable<string>;
  /** Sentences for where nothing is near, with the space before them. */
  readonly otherwise?: string;
}

/** The diagnostic with the question which name was meant, and with the change that writes it. */
export function suggesting(found: Diagnostic, { name, known, otherwise = "" }: Misspelt): Diagnostic {
  const meant = nearest(name, known);
  if (meant === undefined) return { ...found, detail: `${found.detail}${otherwise}` };
  const detail = `${found.detail} Did you mean ${JSON.stringify(meant)}?`;
  return { ...found, detail, edits: correction(found.subject, name, meant) };
}

/**
 * Writes another name where the text at `subject` is the name itself, bare, in quotes, or (`"source.null.x"` for `null.x`)
 * the end of what stands in quotes. None where the name came from elsewhere.
 */
export function correction(
  subject: SourceRange | undefined,
  name: string,
  meant: string,
): readonly TextEdit[] | undefined {
  if (!subject) return undefined;
  const { file, start, end } = subject;
  const written = file.text.slice(start, end);
  if (written === name) return [{ range: subject, text: meant }];
  const isQuoted = written.startsWith('"') && written.endsWith(`${name}"`) && !written.includes("${");
  if (!isQuoted) return undefined;
  const place = { file, start: end - 1 - name.length, end: end - 1 };
  return [{ range: place, text: JSON.stringify(meant).slice(1, -1) }];
}

/** Puts brackets around a text in quotes, where a list is needed. */
export function bracketed({ file, start, end }: SourceRange): readonly TextEdit[] | undefined {
  const written = file.text.slice(start, end);
  if (!/^"[^"]*"$/.test(written)) return undefined;
  return [
    { range: { file, start, end: start }, text: "[" },
    { range: { file, start: end, end }, text: "]" },
  ];
}
