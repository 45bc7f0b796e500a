import type { SourceRange } from "../language/source.ts";

/**
 * The part of a string literal that holds `text.slice(start, end)`. The whole literal where its text cannot be followed
 * (heredocs with stripped indentation, interpolation).
 */
export function rangeWithin(literal: SourceRange, text: string, start: number, end: number): SourceRange {
  const { file } = literal;
  const source = file.text.slice(literal.start, literal.end);
  const verbatim = source.indexOf(text);
  const at = (offset: number): number => literal.start + verbatim + offset;
  if (verbatim >= 0) return { file, start: at(start), end: Math.max(at(end), at(start) + 1) };
  const offsets = escapedOffsets(source);
  if (offsets.length !== text.length + 1) return literal;
  return { file, start: literal.start + offsets[start]!, end: literal.start + offsets[Math.max(end, start + 1)]! };
}

/** For a quoted literal with backslash escapes: where each code unit of its text begins, and where the text ends. */
function escapedOffsets(source: string): readonly number[] {
  if (!source.startsWith('"')) return [];
  const offsets: number[] = [];
  for (let index = 1; index < source.length - 1;) {
    offsets.push(index);
    index += source[index] !== "\\" ? 1 : source[index + 1] === "u" ? 6 : 2;
  }
  return [...offsets, source.length - 1];
}
