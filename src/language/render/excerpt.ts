import type { Diagnostic } from "../diagnostic.ts";
import { lineBounds, lineOf } from "../position.ts";
import type { SourceRange } from "../source.ts";
import { displayWidth, toSafeText } from "./display-text.ts";

/** A line of source to be shown, and the marks under it. */
export interface ExcerptLine {
  /** From 1; undefined for a gap, where lines are left out. */
  readonly line: number | undefined;
  readonly text: string;
  /** Carets under what is at fault, with the space before them; empty if nothing on this line is. */
  readonly marks: string;
}

/** At most this many lines around or of what is at fault. */
const MAX_LINES = 6;

/** The lines of source that show what is at fault, cut to a width around it. */
export function excerptOf(diagnostic: Diagnostic, width: number): ExcerptLine[] {
  const { subject } = diagnostic;
  if (subject === undefined) return [];
  const first = lineOf(subject.file, subject.start);
  const last = lineOf(subject.file, Math.max(subject.start, subject.end - 1));
  const { from, to } = linesToShow(diagnostic, first, last);
  const lines: ExcerptLine[] = [];
  for (let line = from; line <= Math.min(to, first + MAX_LINES - 1); line++)
    lines.push(excerptLine(subject, line, width));
  if (from < first - 1 && first - from >= MAX_LINES) {
    return [lines[0]!, { line: undefined, text: "", marks: "" }, ...lines.filter(({ line }) => line! >= first)];
  }
  return lines;
}

/** The lines of the context, if it is known; else only those at fault. */
function linesToShow({ context }: Diagnostic, first: number, last: number): { from: number; to: number } {
  if (context === undefined) return { from: first, to: last };
  const from = Math.min(first, lineOf(context.file, context.start));
  const to = Math.max(last, lineOf(context.file, Math.max(context.start, context.end - 1)));
  return { from, to };
}

function excerptLine(subject: SourceRange, line: number, width: number): ExcerptLine {
  const { start, end } = lineBounds(subject.file, line);
  const markStart = Math.min(Math.max(subject.start, start), end);
  const markEnd = Math.max(markStart, Math.min(subject.end, end));
  const isAtFault = subject.start <= end && (subject.end > start || subject.start >= start);
  const cut = cutAround(start, end, markStart, markEnd, width);
  const source = subject.file.text;
  const before = (cut.start > start ? "…" : "") + toSafeText(source.slice(cut.start, markStart));
  const marked = toSafeText(source.slice(markStart, Math.min(markEnd, cut.end)));
  const after = toSafeText(source.slice(Math.min(markEnd, cut.end), cut.end)) + (cut.end < end ? "…" : "");
  return { line, text: before + marked + after, marks: isAtFault ? marksUnder(before, marked) : "" };
}

/** The part of a line to show: all of it, or so much that what is marked is visible with some of what is around. */
function cutAround(
  start: number,
  end: number,
  markStart: number,
  markEnd: number,
  width: number,
): { start: number; end: number } {
  if (end - start <= width) return { start, end };
  const tail = Math.min(20, end - markEnd);
  const lead = Math.min(markStart - start, Math.max(20, width - (markEnd - markStart) - tail));
  const from = markStart - lead;
  return { start: from, end: Math.min(end, from + width) };
}

/** Tabs stay tabs, so that the carets stand right whatever their width. Something missing gets one caret. */
function marksUnder(before: string, marked: string): string {
  const leading = /^[ \t]*/.exec(before)![0];
  const space =
    leading.replaceAll(/[^\t]/g, " ") +
    before
      .slice(leading.length)
      .split("\t")
      .map((part) => " ".repeat(displayWidth(part)))
      .join("\t");
  const blank = /^[ \t]*/.exec(marked)![0];
  const visible = marked.trim() === "" ? marked : marked.slice(blank.length).trimEnd();
  const offset = marked.trim() === "" ? "" : blank.replaceAll(/[^\t]/g, " ");
  return space + offset + "^".repeat(Math.max(1, displayWidth(visible.replaceAll("\t", " "))));
}
