import { bracketChange, TokenKind, type Tokens } from "../token.ts";
import type { Line } from "./line.ts";

/** Sets the space between the tokens within each cell to one or none. */
export function spaceTokens(tokens: Tokens, text: string, lines: readonly Line[], spaces: Uint32Array): void {
  for (const { start, assign, comment } of lines) {
    spaceCell(tokens, text, { start, end: assign }, spaces);
    spaceCell(tokens, text, { start: assign, end: comment }, spaces);
  }
}

interface Cell {
  readonly start: number;
  readonly end: number;
}

function spaceCell(tokens: Tokens, text: string, { start, end }: Cell, spaces: Uint32Array): void {
  for (let index = start; index + 1 < end; index++) {
    const before = index > start ? tokens.kinds[index - 1]! : NONE;
    spaces[index + 1] = Number(isSpaced(tokens, text, index, before));
  }
}

/** Stands for "no token": the one looked at is the first of its cell. */
const NONE = -1;

/** Whether there is a space after the token at `index`. The first rule that fits decides. */
function isSpaced(tokens: Tokens, text: string, index: number, before: number): boolean {
  const kind = tokens.kinds[index]!;
  const next = tokens.kinds[index + 1]!;
  switch (true) {
    case kind === TokenKind.Identifier && next === TokenKind.OpenParen:
    case kind === TokenKind.Dot || next === TokenKind.Dot:
    case next === TokenKind.Comma || next === TokenKind.Ellipsis:
      return false;
    case kind === TokenKind.Comma:
      return true;
    case isTemplateText(kind) || endsTemplate(next):
      return false;
    // `for x in [1]`: a name before it makes "in" the keyword, not a list to be indexed.
    case kind === TokenKind.Identifier && before === TokenKind.Identifier && textOf(tokens, text, index) === "in":
      return true;
    case next === TokenKind.OpenBracket &&
      (kind === TokenKind.Identifier || kind === TokenKind.Number || bracketChange(kind) < 0):
      return false;
    case kind === TokenKind.Bang:
    case kind === TokenKind.DoubleColon && next === TokenKind.Identifier:
    case kind === TokenKind.Identifier && next === TokenKind.DoubleColon:
      return false;
    case kind === TokenKind.Minus:
      return !isNegation(before);
    case kind === TokenKind.OpenBrace || next === TokenKind.CloseBrace:
      return !(kind === TokenKind.OpenBrace && next === TokenKind.CloseBrace);
    // An object alone in an interpolation is set off from the braces around it.
    case isSequenceStart(kind) && next === TokenKind.OpenBrace:
    case kind === TokenKind.CloseBrace && next === TokenKind.CloseSequence:
      return true;
    case kind === TokenKind.CloseSequence && isSequenceStart(next):
    case bracketChange(kind) > 0:
    case bracketChange(next) < 0:
      return false;
    default:
      return true;
  }
}

function isTemplateText(kind: number): boolean {
  return kind === TokenKind.Text || kind === TokenKind.OpenQuote || kind === TokenKind.OpenHeredoc;
}

function endsTemplate(next: number): boolean {
  return next === TokenKind.Text || next === TokenKind.CloseQuote || next === TokenKind.CloseHeredoc;
}

function isSequenceStart(kind: number): boolean {
  return kind === TokenKind.OpenInterpolation || kind === TokenKind.OpenDirective;
}

/** A minus after these (or first in its cell) cannot subtract, for there is nothing to subtract from. */
function isNegation(before: number): boolean {
  switch (before) {
    case NONE:
    case TokenKind.OpenParen:
    case TokenKind.OpenBrace:
    case TokenKind.OpenBracket:
    case TokenKind.Equal:
    case TokenKind.Colon:
    case TokenKind.Comma:
    case TokenKind.Question:
    case TokenKind.Plus:
    case TokenKind.Star:
    case TokenKind.Slash:
    case TokenKind.Percent:
    case TokenKind.Minus:
    case TokenKind.EqualTo:
    case TokenKind.NotEqualTo:
    case TokenKind.Greater:
    case TokenKind.GreaterOrEqual:
    case TokenKind.Less:
    case TokenKind.LessOrEqual:
    case TokenKind.And:
    case TokenKind.Or:
    case TokenKind.Bang:
      return true;
    default:
      return false;
  }
}

function textOf(tokens: Tokens, text: string, index: number): string {
  return text.slice(tokens.starts[index], tokens.ends[index]);
}
