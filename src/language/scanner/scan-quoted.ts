import { TokenKind } from "../token.ts";
import { Char } from "./character.ts";
import type { QuotedMode } from "./mode.ts";
import { recoverAtLineEnd } from "./recover.ts";
import type { Scanner } from "./scanner.ts";
import { enterSequence, isEscapedSequenceAt, isSequenceAt } from "./sequence.ts";

/** Scans the text of a quoted template up to its closing quote or the next `${` or `%{`. */
export function scanQuoted(scanner: Scanner, mode: QuotedMode): void {
  const { text, end } = scanner;
  const start = scanner.position;
  for (let position = start; position < end; position++) {
    switch (text.charCodeAt(position)) {
      case Char.DoubleQuote:
        emitText(scanner, start, position);
        scanner.tokens.push(TokenKind.CloseQuote, position, position + 1);
        scanner.position = position + 1;
        scanner.leave();
        return;
      case Char.Backslash:
        if (text.charCodeAt(position + 1) !== Char.LineFeed) position++;
        break;
      case Char.Dollar:
      case Char.Percent:
        if (isSequenceAt(text, position)) {
          emitText(scanner, start, position);
          return enterSequence(scanner, position);
        }
        if (isEscapedSequenceAt(text, position)) position += 2;
        break;
      case Char.LineFeed:
        if (mode.spansLines) break;
        emitText(scanner, start, position);
        return recoverAtLineEnd(scanner, mode, position);
    }
  }
  emitText(scanner, start, end);
}

function emitText(scanner: Scanner, start: number, end: number): void {
  if (end > start) scanner.tokens.push(TokenKind.Text, start, Math.min(end, scanner.end));
  scanner.position = end;
}
