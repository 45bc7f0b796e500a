import type { Diagnostic } from "../diagnostic.ts";
import { lineBounds, lineOf, positionOf, type Position } from "../position.ts";
import type { SourceRange } from "../source.ts";
import { describeEnclosingBlocks } from "./enclosing-block.ts";

/** A diagnostic for programs. The shape is that of `terraform validate -json`, with `code` and `context` added. */
export interface JsonDiagnostic {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly summary: string;
  readonly detail: string;
  readonly range?: JsonRange;
  readonly context?: JsonRange;
  readonly snippet?: JsonSnippet;
  /** Changes that would mend it, all of them together: other text in place of a range. */
  readonly edits?: readonly { readonly range: JsonRange; readonly text: string }[];
}

export interface JsonRange {
  readonly filename: string;
  /** Where it begins: line and column from 1 (column in characters as people see them), byte from 0. */
  readonly start: Position;
  /** Just after its end. */
  readonly end: Position;
}

export interface JsonSnippet {
  /** The blocks around, e.g. `build > provisioner "shell"`; null outside of blocks. */
  readonly context: string | null;
  /** The first line of what is at fault, in full unless it is huge. */
  readonly code: string;
  readonly start_line: number;
  /** UTF-16 offsets within `code`. */
  readonly highlight_start_offset: number;
  readonly highlight_end_offset: number;
  readonly values: readonly { readonly traversal: string; readonly statement: string }[];
}

/** Turns a diagnostic into plain data for `JSON.stringify`. */
export function diagnosticToJson(diagnostic: Diagnostic): JsonDiagnostic {
  const { severity, code, summary, detail, subject, context, edits } = diagnostic;
  return {
    severity,
    code,
    summary,
    detail,
    ...(subject && { range: toJsonRange(subject), snippet: snippetOf(diagnostic, subject) }),
    ...(context && { context: toJsonRange(context) }),
    ...(edits && { edits: edits.map(({ range, text }) => ({ range: toJsonRange(range), text })) }),
  };
}

function toJsonRange({ file, start, end }: SourceRange): JsonRange {
  return { filename: file.name, start: positionOf(file, start), end: positionOf(file, end) };
}

/** A line longer than this is cut, so that programs with limits can still read a report. */
const MAX_CODE = 1000;

function snippetOf({ values = [] }: Diagnostic, subject: SourceRange): JsonSnippet {
  const line = lineOf(subject.file, subject.start);
  const bounds = lineBounds(subject.file, line);
  const start = Math.max(bounds.start, Math.min(subject.start - MAX_CODE / 2, bounds.end - MAX_CODE));
  const code = subject.file.text.slice(start, Math.min(bounds.end, start + MAX_CODE));
  return {
    context: describeEnclosingBlocks(subject.file, subject.start) || null,
    code,
    start_line: line,
    highlight_start_offset: subject.start - start,
    highlight_end_offset: Math.max(subject.start - start, Math.min(code.length, subject.end - start)),
    values: values.map(({ traversal, description }) => ({ traversal, statement: description })),
  };
}
