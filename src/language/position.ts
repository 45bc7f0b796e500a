import { Buffer } from "node:buffer";
import { graphemeLength } from "./grapheme.ts";
import type { SourceFile } from "./source.ts";

/** A place as people and editors count it. */
export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in characters as people see them (grapheme clusters). */
  readonly column: number;
  /** From 0: offset in UTF-8, without a byte order mark. */
  readonly byte: number;
}

/** Works out where an offset is. Ranges stay offsets until they are printed, so this costs nothing while parsing. */
export function positionOf(file: SourceFile, offset: number): Position {
  const table = tableOf(file);
  const line = lineIndexOf(table, offset);
  const { column, byte } = within(file, table, line, offset);
  return { line: line + 1, column: column + 1, byte };
}

/** The number of the line (from 1) an offset is on. */
export function lineOf(file: SourceFile, offset: number): number {
  return lineIndexOf(tableOf(file), offset) + 1;
}

/** Where the line of this number (from 1) begins, and where it ends without its line end. */
export function lineBounds(file: SourceFile, line: number): { readonly start: number; readonly end: number } {
  const { starts } = tableOf(file);
  const start = starts[line - 1]!;
  const next = starts[line];
  if (next === undefined) return { start, end: file.text.length };
  const hasReturn = file.text.charCodeAt(next - 2) === 13 && next - 2 >= start;
  return { start, end: next - 1 - Number(hasReturn) };
}

interface LineTable {
  /** Offset of the beginning of each line. */
  readonly starts: readonly number[];
  /** UTF-8 offset of the beginning of each line. */
  bytes: readonly number[] | undefined;
  /** The place computed last, to continue from: many places on one huge line stay cheap. */
  last: { readonly line: number; readonly offset: number; readonly column: number; readonly byte: number };
}

const tables = new WeakMap<SourceFile, LineTable>();

function tableOf(file: SourceFile): LineTable {
  let table = tables.get(file);
  if (table === undefined) {
    const starts = [0];
    for (let end = file.text.indexOf("\n"); end !== -1; end = file.text.indexOf("\n", end + 1)) starts.push(end + 1);
    table = { starts, bytes: undefined, last: { line: 0, offset: 0, column: 0, byte: 0 } };
    tables.set(file, table);
  }
  return table;
}

function lineIndexOf({ starts }: LineTable, offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function within(file: SourceFile, table: LineTable, line: number, offset: number): { column: number; byte: number } {
  const { last } = table;
  const canGoOn = last.line === line && last.offset <= offset;
  const lineStart = table.starts[line]!;
  const from = canGoOn ? last : { offset: lineStart, column: 0, byte: byteOfLine(file, table, line) };
  const stretch = file.text.slice(from.offset, offset);
  const column = from.column + columnsOf(stretch);
  const byte = from.byte + Buffer.byteLength(stretch, "utf8");
  table.last = { line, offset, column, byte };
  return { column, byte };
}

/** Beyond this much text on one line, code units are counted instead of graphemes. */
const MAX_GRAPHEME_TEXT = 20_000;

function columnsOf(stretch: string): number {
  if (stretch.length <= MAX_GRAPHEME_TEXT) return graphemeLength(stretch);
  return stretch.length - MAX_GRAPHEME_TEXT + graphemeLength(stretch.slice(-MAX_GRAPHEME_TEXT));
}

function byteOfLine(file: SourceFile, table: LineTable, line: number): number {
  if (table.bytes === undefined) {
    const bytes = [0];
    for (let index = 1; index < table.starts.length; index++) {
      const text = file.text.slice(table.starts[index - 1], table.starts[index]);
      bytes.push(bytes[index - 1]! + Buffer.byteLength(text, "utf8"));
    }
    table.bytes = bytes;
  }
  return table.bytes[line]!;
}
