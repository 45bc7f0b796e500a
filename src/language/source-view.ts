import type { SourceFile, SourceRange } from "./source.ts";

/**
 * The text a scanner and parser work on, and how its offsets lead back to the file.
 * For a file of native syntax the two are the same. For a string inside JSON, `text` is the decoded string and
 * `offsets[i]` is where in the file its i-th code unit comes from (one entry more than `text` has code units).
 */
export interface SourceView {
  readonly file: SourceFile;
  readonly text: string;
  /** The part of `text` to read. */
  readonly start: number;
  readonly end: number;
  readonly offsets?: Uint32Array | undefined;
}

/** A view of the whole file. */
export function viewOf(file: SourceFile): SourceView {
  return { file, text: file.text, start: 0, end: file.text.length };
}

/** The range in the file that belongs to a stretch of the view. */
export function rangeIn(view: SourceView, start: number, end: number): SourceRange {
  const { file, offsets } = view;
  if (offsets === undefined) return { file, start, end };
  return { file, start: offsets[start]!, end: offsets[end]! };
}
