import { bracketChange, TokenKind } from "../token.ts";
import type { Parser } from "./parser.ts";

/**
 * Skips to a token for which `stop` holds, over balanced brackets and strings. Stops earlier at a closing bracket that
 * belongs to something outside, before a line that begins an argument or block, and at the end of the file.
 */
export function skipTo(parser: Parser, stop: (kind: TokenKind) => boolean): void {
  let brackets = 0;
  let braces = 0;
  for (; ; parser.advance()) {
    const kind = parser.kinds[parser.index] as TokenKind;
    const isFree = brackets === 0 && braces === 0;
    if (kind === TokenKind.EndOfFile || (isFree && stop(kind))) return;
    if (kind === TokenKind.Newline && braces === 0 && beginsItem(parser, parser.index + 1)) return;
    if (kind === TokenKind.OpenBrace) braces++;
    else if (kind === TokenKind.CloseBrace) {
      if (braces === 0) return;
      braces--;
    } else if (opens(kind)) brackets++;
    else if (closes(kind)) {
      if (isFree) return;
      brackets = Math.max(0, brackets - 1);
    }
  }
}

export const closingTokens = {
  ")": TokenKind.CloseParen,
  "]": TokenKind.CloseBracket,
  "}": TokenKind.CloseBrace,
} as const;

/** Skips to this closing bracket and over it; stops before anything that shows it is missing. */
export function skipPastClose(parser: Parser, close: TokenKind): void {
  skipTo(parser, (kind) => kind === close);
  if (parser.kinds[parser.index] === close) parser.advance();
  else parser.silence();
}

/** Skips the rest of a block, including its closing brace. */
export function skipPastCloseBrace(parser: Parser): void {
  for (let braces = 1; braces > 0 && parser.peek() !== TokenKind.EndOfFile; parser.advance()) {
    if (parser.peek() === TokenKind.OpenBrace) braces++;
    else if (parser.peek() === TokenKind.CloseBrace) braces--;
  }
}

/** Skips the rest of the line, and lines that belong to a bracket opened on it. */
export function skipLine(parser: Parser): void {
  skipTo(parser, (kind) => kind === TokenKind.Newline);
}

/**
 * Whether the token at `index` begins an argument or block: `name =`, `name {`, `name "label"`.
 * Within an unclosed bracket such a line shows where the bracket should have been closed.
 */
export function beginsItem(parser: Parser, index: number): boolean {
  const { kinds } = parser;
  return kinds[index] === TokenKind.Identifier && (kinds[index + 1] === TokenKind.Equal || beginsBlock(parser, index));
}

/** Whether the token at `index` begins a block header that reaches its brace: `name {`, `name "label" {`. */
export function beginsBlock(parser: Parser, index: number): boolean {
  const { kinds } = parser;
  if (kinds[index] !== TokenKind.Identifier) return false;
  let next = index + 1;
  for (;;) {
    if (kinds[next] === TokenKind.OpenBrace) return true;
    if (kinds[next] === TokenKind.Identifier) next++;
    else if (
      kinds[next] === TokenKind.OpenQuote &&
      kinds[next + 1] === TokenKind.Text &&
      kinds[next + 2] === TokenKind.CloseQuote
    )
      next += 3;
    else return false;
  }
}

/** Whether nothing but comments stands between the token at `index` and the beginning of its line. */
function isFirstOnLine(parser: Parser, index: number): boolean {
  let before = index - 1;
  while (before >= 0 && parser.kinds[before] === TokenKind.Comment) before--;
  return before < 0 || parser.kinds[before] === TokenKind.Newline;
}

/**
 * Whether the next token shows that this closing bracket is missing: the end of the file, a closing bracket of another
 * kind, or a line that begins an argument or block.
 */
export function lacksClose(parser: Parser, close: TokenKind): boolean {
  const kind = parser.peek();
  switch (kind) {
    case TokenKind.EndOfFile:
    case TokenKind.CloseSequence:
      return true;
    case TokenKind.CloseBrace:
    case TokenKind.CloseBracket:
    case TokenKind.CloseParen:
      return kind !== close;
    default:
      return isFirstOnLine(parser, parser.index) && beginsItem(parser, parser.index);
  }
}

/**
 * Whether the next token is a closing bracket of the wrong kind written for the right one: it is the last on its line,
 * and nothing else opened on that line (nor an indented bracket of its own line) could be waiting for it.
 */
export function isMistypedClose(parser: Parser): boolean {
  const { kinds, index } = parser;
  const kind = parser.peek();
  if (bracketChange(kind) >= 0 || kind === TokenKind.CloseSequence) return false;
  if (kinds[index + 1] !== TokenKind.Newline || isFirstOnLine(parser, index)) return false;
  const limit = Math.max(0, index - 200);
  for (let before = index - 1; before >= limit && kinds[before] !== TokenKind.Newline; before--) {
    if (kind === TokenKind.CloseBrace && kinds[before] === TokenKind.OpenBrace) return false;
    if (kind === TokenKind.CloseParen && kinds[before] === TokenKind.OpenParen) return false;
  }
  return true;
}

/** Whether an expression can begin with this token. */
export function beginsExpression(kind: TokenKind): boolean {
  switch (kind) {
    case TokenKind.Identifier:
    case TokenKind.Number:
    case TokenKind.OpenQuote:
    case TokenKind.OpenHeredoc:
    case TokenKind.OpenBrace:
    case TokenKind.OpenBracket:
    case TokenKind.OpenParen:
    case TokenKind.Minus:
    case TokenKind.Bang:
    case TokenKind.ForeignString:
      return true;
    default:
      return false;
  }
}

function opens(kind: TokenKind): boolean {
  switch (kind) {
    case TokenKind.OpenBracket:
    case TokenKind.OpenParen:
    case TokenKind.OpenQuote:
    case TokenKind.OpenHeredoc:
    case TokenKind.OpenInterpolation:
    case TokenKind.OpenDirective:
      return true;
    default:
      return false;
  }
}

function closes(kind: TokenKind): boolean {
  switch (kind) {
    case TokenKind.CloseBracket:
    case TokenKind.CloseParen:
    case TokenKind.CloseQuote:
    case TokenKind.CloseHeredoc:
    case TokenKind.CloseSequence:
      return true;
    default:
      return false;
  }
}
