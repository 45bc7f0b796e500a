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

/** At most this many lines are shown, context included. */
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
  const cut = cutAround({ start, end }, { start: markStart, end: markEnd }, width);
  const source = subject.file.text;
  const shown = (from: number, to: number): string => toSafeText(source.slice(from, to));
  const [left, right] = [cut.start > start ? "…" : "", cut.end < end ? "…" : ""];
  const before = left + shown(cut.start, markStart);
  const marked = shown(markStart, Math.min(markEnd, cut.end));
  const after = shown(Math.min(markEnd, cut.end), cut.end) + right;
  return { line, text: before + marked + after, marks: isAtFault ? marksUnder(before, marked) : "" };
}

interface Bounds {
  readonly start: number;
  readonly end: number;
}

/** The part of a line to show: all of it, or enough to see what is marked and some of its surroundings. */
function cutAround(line: Bounds, mark: Bounds, width: number): Bounds {
  if (line.end - line.start <= width) return line;
  const tail = Math.min(20, line.end - mark.end);
  const lead = Math.min(mark.start - line.start, Math.max(20, width - (mark.end - mark.start) - tail));
  const start = mark.start - lead;
  return { start, end: Math.min(line.end, start + width) };
}

/** Tabs stay tabs, so that the carets line up whatever their width. Something missing gets one caret. */
function marksUnder(before: string, marked: string): string {
  const leading = /^[ \t]*/.exec(before)![0];
  const space =
    leading.replaceAll(/[^\t]/g, " ") +
    before
      .slice(leading.length)
      .split("\t")
      .map((part) => " ".repeat(displayWidth(part)))
      .join("\t");
  if (marked.trim() === "") return space + caretsFor(marked);
  const blank = /^[ \t]*/.exec(marked)![0];
  return space + blank + caretsFor(marked.slice(blank.length).trimEnd());
}

function caretsFor(visible: string): string {
  return "^".repeat(Math.max(1, displayWidth(visible.replaceAll("\t", " "))));
}
