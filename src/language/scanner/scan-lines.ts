import { TokenKind } from "../token.ts";
import { Char, identifierLength, withoutReturn } from "./character.ts";
import type { BareMode, HeredocMode } from "./mode.ts";
import type { Scanner } from "./scanner.ts";
import { enterSequence, isEscapedSequenceAt, isSequenceAt } from "./sequence.ts";

/**
 * Scans the text of a heredoc or bare template: one text token per line (with its line end), because `~` and the
 * indentation of `<<-` work line by line.
 */
export function scanLines(scanner: Scanner, mode: HeredocMode | BareMode): void {
  const { text, end } = scanner;
  while (scanner.position < end) {
    if (mode.kind === "heredoc" && mode.atLineStart && closeHeredoc(scanner, mode)) return;
    const start = scanner.position;
    const stop = textEnd(text, start, end);
    if (stop > start) scanner.tokens.push(TokenKind.Text, start, stop);
    scanner.position = stop;
    const isLineEnd = stop > start && text.charCodeAt(stop - 1) === Char.LineFeed;
    if (mode.kind === "heredoc") mode.atLineStart = isLineEnd;
    if (stop < end && !isLineEnd) return enterSequence(scanner, stop);
  }
}

/** The offset after the line end, or of the next `${` or `%{` if that comes first. */
function textEnd(text: string, start: number, end: number): number {
  for (let position = start; position < end; position++) {
    switch (text.charCodeAt(position)) {
      case Char.LineFeed:
        return position + 1;
      case Char.Dollar:
      case Char.Percent:
        if (isSequenceAt(text, position) && position + 1 < end) return position;
        if (isEscapedSequenceAt(text, position)) position += 2;
        break;
    }
  }
  return end;
}

/** The end marker stands alone on its line, with or without white space around it. */
function closeHeredoc(scanner: Scanner, mode: HeredocMode): boolean {
  const { text, end, position, tokens } = scanner;
  const markerStart = blankEnd(text, position, end);
  if (!text.startsWith(mode.marker, markerStart)) return false;
  const markerEnd = markerStart + mode.marker.length;
  const lineEnd = blankEnd(text, markerEnd, end);
  if (lineEnd < end && text.charCodeAt(lineEnd) !== Char.LineFeed) {
    if (identifierLength(text, markerStart, end) === mode.marker.length) {
      mode.nearMiss ??= { start: markerStart, end: markerEnd, tokenCount: tokens.count };
    }
    return false;
  }
  const close = withoutReturn(text, lineEnd);
  tokens.push(TokenKind.CloseHeredoc, position, close);
  scanner.position = close;
  scanner.leave();
  return true;
}

/** The offset of the first character at or after `start` that is not a space, tab or carriage return. */
function blankEnd(text: string, start: number, end: number): number {
  let position = start;
  while (position < end) {
    const code = text.charCodeAt(position);
    if (code !== Char.Space && code !== Char.Tab && code !== Char.CarriageReturn) break;
    position++;
  }
  return position;
}
