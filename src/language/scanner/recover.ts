import {
  heredocEndNotAlone,
  multiLineString,
  unclosedHeredoc,
  unclosedInterpolation,
  unclosedString,
} from "../messages/template-messages.ts";
import { TokenKind } from "../token.ts";
import { Char, withoutReturn } from "./character.ts";
import type { HeredocMode, InterpolationMode, QuotedMode } from "./mode.ts";
import type { Scanner } from "./scanner.ts";

/**
 * A line ended inside double quotes. In order of likelihood: an interpolation around this "string" lacks its `}` (then
 * the quote that opened the string was meant to close the outer one), the string spans lines, its quote is missing.
 */
export function recoverAtLineEnd(scanner: Scanner, mode: QuotedMode, lineEnd: number): void {
  const outer = scanner.modes.findIndex(
    (other, index) => other.kind === "interpolation" && scanner.modes[index - 1]?.kind === "quoted",
  );
  if (outer !== -1 && readAgainLeniently(scanner, scanner.modes[outer] as InterpolationMode, outer)) return;
  if (mode.suspect !== undefined && readAgainLeniently(scanner, mode.suspect, scanner.modes.length)) return;
  if (closesOnLaterLine(scanner.text, lineEnd, scanner.end)) {
    scanner.report(
      multiLineString({
        subject: scanner.tokenRange(mode.openToken),
        context: scanner.range(scanner.tokens.starts[mode.openToken]!, lineEnd),
      }),
    );
    mode.spansLines = true;
    return;
  }
  reportUnclosedString(scanner, mode, lineEnd);
  closeQuote(scanner, withoutFinalComma(scanner, lineEnd));
}

/** A comma at the end of the line was meant to follow the string. Gives where the string ends, and shortens its text. */
function withoutFinalComma(scanner: Scanner, lineEnd: number): number {
  const { tokens, text } = scanner;
  const last = tokens.count - 1;
  if (tokens.kinds[last] !== TokenKind.Text) return lineEnd;
  const trailing = /,\s*$/.exec(text.slice(Math.max(tokens.starts[last]!, lineEnd - 100), lineEnd))?.[0];
  if (trailing === undefined) return lineEnd;
  const end = lineEnd - trailing.length;
  tokens.ends[last] = end;
  if (tokens.starts[last] === end) tokens.truncate(last);
  return end;
}

/**
 * The text ended inside something. True when the scanner went back to read a stretch again; otherwise everything open
 * is closed by empty tokens.
 */
export function recoverAtEnd(scanner: Scanner): boolean {
  const outer = scanner.modes.findIndex((mode) => mode.kind === "interpolation" && !mode.lenient);
  if (outer !== -1 && readAgainLeniently(scanner, scanner.modes[outer] as InterpolationMode, outer)) return true;
  const heredoc = scanner.modes.findIndex((mode) => mode.kind === "heredoc");
  if (heredoc !== -1) {
    const mode = scanner.modes[heredoc] as HeredocMode;
    if (mode.nearMiss !== undefined && closeAtNearMiss(scanner, mode, mode.nearMiss, heredoc)) return true;
    if (mode.suspect !== undefined && readAgainLeniently(scanner, mode.suspect, heredoc + 1)) return true;
    scanner.report(unclosedHeredoc(mode.marker, scanner.tokenRange(mode.openToken)));
    scanner.tokens.isTailLost = true;
  }
  while (scanner.mode !== undefined) closeMode(scanner, heredoc === -1);
  return false;
}

/** Goes back to an interpolation without `}` and reads it so that the end of its string or line ends it. */
function readAgainLeniently(scanner: Scanner, mode: InterpolationMode, modeIndex: number): boolean {
  const open = scanner.tokenRange(mode.openToken);
  const position = scanner.tokens.ends[mode.openToken]!;
  if (!scanner.rewind(position, mode.openToken + 1, modeIndex)) return false;
  scanner.report(
    unclosedInterpolation(scanner.text.startsWith("%", position - 2) ? "directive" : "interpolation", open),
  );
  const outer = scanner.mode;
  if (outer?.kind === "quoted" || outer?.kind === "heredoc") outer.suspect = undefined;
  scanner.enter({ ...mode, braces: 0, lenient: true, spansLines: false });
  return true;
}

function closeAtNearMiss(
  scanner: Scanner,
  mode: HeredocMode,
  nearMiss: NonNullable<HeredocMode["nearMiss"]>,
  modeIndex: number,
): boolean {
  if (!scanner.rewind(nearMiss.end, nearMiss.tokenCount, modeIndex)) return false;
  scanner.report(
    heredocEndNotAlone(mode.marker, scanner.range(nearMiss.start, nearMiss.end), scanner.tokenRange(mode.openToken)),
  );
  scanner.tokens.push(TokenKind.CloseHeredoc, nearMiss.start, nearMiss.end);
  return true;
}

function closeMode(scanner: Scanner, reportStrings: boolean): void {
  const { mode, end } = scanner;
  switch (mode?.kind) {
    case "interpolation":
      scanner.tokens.push(TokenKind.CloseSequence, end, end);
      break;
    case "quoted":
      if (reportStrings && !mode.spansLines) reportUnclosedString(scanner, mode, end);
      return closeQuote(scanner, end);
    case "heredoc":
      scanner.tokens.push(TokenKind.CloseHeredoc, end, end);
      break;
    case "bare":
    case undefined:
      break;
  }
  scanner.leave();
}

function reportUnclosedString(scanner: Scanner, mode: QuotedMode, end: number): void {
  const open = scanner.tokens.starts[mode.openToken]!;
  const textEnd = withoutReturn(scanner.text, end);
  scanner.report(unclosedString({ subject: scanner.range(open, open + 1), context: scanner.range(open, textEnd) }));
}

function closeQuote(scanner: Scanner, position: number): void {
  scanner.tokens.push(TokenKind.CloseQuote, position, position);
  scanner.position = position;
  scanner.leave();
}

const MAX_LOOK_AHEAD = 4096;

/**
 * Whether a string still open at the end of its line is closed on a later one: the next line with quotes has an odd
 * number of them, and its first one does not look like the beginning of another string.
 */
function closesOnLaterLine(text: string, lineEnd: number, end: number): boolean {
  const limit = Math.min(end, lineEnd + MAX_LOOK_AHEAD);
  let quote = lineEnd + 1;
  while (quote < limit && text.charCodeAt(quote) !== Char.DoubleQuote) quote++;
  if (quote >= limit) return false;
  const start = text.lastIndexOf("\n", quote) + 1;
  let stop = quote;
  while (stop < limit && text.charCodeAt(stop) !== Char.LineFeed) stop++;
  const line = text.slice(start, stop);
  const quotes = line.replaceAll(/\\./g, "").split('"').length - 1;
  return quotes % 2 === 1 && !/^\s*"\s*[^\s,\])}]/.test(line);
}
