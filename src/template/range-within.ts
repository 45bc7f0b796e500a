import type { SourceRange } from "../language/source.ts";

/** A stretch of a text: half-open, in UTF-16 units. */
interface Stretch {
  readonly offset: number;
  readonly end: number;
}

/**
 * The part of a string literal that holds a stretch of its text. The whole literal where its text cannot be followed
 * (heredocs with stripped indentation, interpolation).
 */
export function rangeWithin(literal: SourceRange, text: string, { offset, end }: Stretch): SourceRange {
  const { file, start } = literal;
  const source = file.text.slice(start, literal.end);
  const verbatim = source.indexOf(text);
  if (verbatim >= 0) {
    const first = start + verbatim;
    return { file, start: first + offset, end: first + Math.max(end, offset + 1) };
  }
  const offsets = escapedOffsets(source);
  if (offsets.length !== text.length + 1) return literal;
  return { file, start: start + offsets[offset]!, end: start + offsets[Math.max(end, offset + 1)]! };
}

/** For a quoted literal with backslash escapes: where each code unit of its text begins, and where the text ends. */
function escapedOffsets(source: string): readonly number[] {
  if (!source.startsWith('"')) return [];
  const offsets: number[] = [];
  for (let index = 1; index < source.length - 1; index += unitLength(source, index)) offsets.push(index);
  return [...offsets, source.length - 1];
}

/** How much of the source stands for one code unit of the text: `a`, `\n`, `\u00e9`. */
function unitLength(source: string, index: number): number {
  if (source[index] !== "\\") return 1;
  return source[index + 1] === "u" ? 6 : 2;
}
