import { invalidHeredoc, unclosedComment } from "../messages/template-messages.ts";
import { TokenKind } from "../token.ts";
import { Char, identifierLength, isDigit, withoutReturn } from "./character.ts";
import type { InterpolationMode } from "./mode.ts";
import { operatorAt } from "./operator.ts";
import type { Scanner } from "./scanner.ts";

/** Scans code until the mode changes (a string or heredoc begins, an interpolation ends) or the text ends. */
export function scanCode(scanner: Scanner, mode: InterpolationMode | undefined): void {
  const depth = scanner.modes.length;
  while (scanner.position < scanner.end && scanner.modes.length === depth) scanToken(scanner, mode);
}

function scanToken(scanner: Scanner, mode: InterpolationMode | undefined): void {
  const { text, position } = scanner;
  const code = text.charCodeAt(position);
  switch (code) {
    case Char.Space:
    case Char.Tab:
      scanner.position++;
      return;
    case Char.LineFeed:
      return newline(scanner, mode, 1);
    case Char.CarriageReturn:
      if (text.charCodeAt(position + 1) === Char.LineFeed) return newline(scanner, mode, 2);
      break;
    case Char.DoubleQuote:
      return doubleQuote(scanner, mode);
    case Char.Hash:
      if (isLengthOperator(scanner, mode)) break;
      return lineComment(scanner);
    case Char.Slash:
      if (text.charCodeAt(position + 1) === Char.Slash) return lineComment(scanner);
      if (text.charCodeAt(position + 1) === Char.Star) return blockComment(scanner);
      break;
    case Char.Less:
      if (text.charCodeAt(position + 1) === Char.Less && openHeredoc(scanner)) return;
      break;
    case Char.Tilde:
      if (mode?.braces === 0 && text.charCodeAt(position + 1) === Char.CloseBrace)
        return closeSequence(scanner, mode, 2);
      break;
    case Char.OpenBrace:
      if (mode !== undefined) mode.braces++;
      break;
    case Char.CloseBrace:
      if (mode?.braces === 0) return closeSequence(scanner, mode, 1);
      if (mode !== undefined) mode.braces--;
      break;
  }
  scanPlainToken(scanner, code);
}

/** `${#name}` is a shell's way to ask for a length; a comment here would swallow the rest of the line. */
function isLengthOperator({ tokens, position }: Scanner, mode: InterpolationMode | undefined): boolean {
  return mode !== undefined && position === tokens.ends[mode.openToken];
}

/** A name, number or operator, or a character that begins none. */
function scanPlainToken(scanner: Scanner, code: number): void {
  const { text, tokens, position } = scanner;
  const identifier = identifierLength(text, position, scanner.end);
  if (identifier > 0) return emit(scanner, TokenKind.Identifier, identifier);
  if (isDigit(code)) return emit(scanner, TokenKind.Number, numberLength(text, position, scanner.end));
  const operator = operatorAt(text, position);
  if (operator !== 0) {
    scanner.position = position + (operator & 3);
    tokens.push((operator >> 2) as TokenKind, position, scanner.position);
    return;
  }
  invalid(scanner);
}

function emit(scanner: Scanner, kind: TokenKind, length: number): void {
  const start = scanner.position;
  scanner.position = start + length;
  scanner.tokens.push(kind, start, start + length);
}

function newline(scanner: Scanner, mode: InterpolationMode | undefined, length: number): void {
  if (mode?.lenient) return closeLeniently(scanner);
  if (mode !== undefined) mode.spansLines = true;
  emit(scanner, TokenKind.Newline, length);
}

function doubleQuote(scanner: Scanner, mode: InterpolationMode | undefined): void {
  if (mode?.lenient && scanner.modes[scanner.modes.length - 2]?.kind === "quoted") return closeLeniently(scanner);
  const openToken = scanner.tokens.count;
  emit(scanner, TokenKind.OpenQuote, 1);
  scanner.enter({ kind: "quoted", openToken, spansLines: false, suspect: undefined });
}

/** The interpolation was already reported as unclosed: it ends here, with an empty token. */
function closeLeniently(scanner: Scanner): void {
  scanner.leave();
  emit(scanner, TokenKind.CloseSequence, 0);
}

function closeSequence(scanner: Scanner, mode: InterpolationMode, length: number): void {
  scanner.leave();
  const outer = scanner.mode;
  if (mode.spansLines && (outer?.kind === "quoted" || outer?.kind === "heredoc")) outer.suspect ??= mode;
  emit(scanner, TokenKind.CloseSequence, length);
}

/** `#` or `//` up to, and without, the line end. */
function lineComment(scanner: Scanner): void {
  const { text, position } = scanner;
  const lineEnd = text.indexOf("\n", position);
  const isEnded = lineEnd !== -1 && lineEnd <= scanner.end;
  const end = isEnded ? withoutReturn(text, lineEnd) : scanner.end;
  emit(scanner, TokenKind.Comment, end - position);
}

function blockComment(scanner: Scanner): void {
  const { text, position } = scanner;
  const close = text.indexOf("*/", position + 2);
  const isClosed = close !== -1 && close + 2 <= scanner.end;
  if (!isClosed) {
    scanner.report(unclosedComment(scanner.range(position, position + 2)));
    scanner.tokens.isTailLost = true;
  }
  emit(scanner, TokenKind.Comment, isClosed ? close + 2 - position : scanner.end - position);
}

/**
 * `Heredoc = ("<<" | "<<-") Identifier Newline …`. A start with more to it (`<<"EOT"`, `<< EOT`, `<<EOT # why`) is
 * reported and read as meant, provided that it has an end. False if this is not a heredoc at all.
 */
function openHeredoc(scanner: Scanner): boolean {
  const { text, position, end } = scanner;
  HEREDOC_START.lastIndex = position;
  const [start, marker] = HEREDOC_START.exec(text) ?? [];
  if (start === undefined || marker === undefined || position + start.length > end) return false;
  const isProper = /^<<-?[^\s"']+\r?\n$/.test(start);
  if (!isProper) {
    if (!scanner.mayReread(end - position) || !hasEnd(text, position + start.length, marker)) return false;
    scanner.report(invalidHeredoc(marker, scanner.range(position, position + start.trimEnd().length)));
  }
  const openToken = scanner.tokens.count;
  emit(scanner, TokenKind.OpenHeredoc, start.length);
  scanner.enter({ kind: "heredoc", openToken, marker, atLineStart: true, suspect: undefined, nearMiss: undefined });
  return true;
}

const HEREDOC_START = /<<-?[ \t]*["']?([\p{ID_Start}_][\p{ID_Continue}-]*)[^\n]{0,100}\n/uy;

function hasEnd(text: string, start: number, marker: string): boolean {
  return new RegExp(`^[ \\t]*${marker}[ \\t\\r]*$`, "m").test(text.slice(start));
}

/** `NumericLit = decimal+ ("." decimal+)? (("e" | "E") ("+" | "-")? decimal+)?` */
function numberLength(text: string, start: number, end: number): number {
  let position = digitsEnd(text, start, end);
  if (text.charCodeAt(position) === Char.Dot) {
    const fractionEnd = digitsEnd(text, position + 1, end);
    if (fractionEnd > position + 1) position = fractionEnd;
  }
  if ((text.charCodeAt(position) | 32) === 101) {
    const sign = text.charCodeAt(position + 1);
    const exponent = position + (sign === Char.Plus || sign === Char.Minus ? 2 : 1);
    const exponentEnd = digitsEnd(text, exponent, end);
    if (exponentEnd > exponent) position = exponentEnd;
  }
  return position - start;
}

function digitsEnd(text: string, start: number, end: number): number {
  let position = start;
  while (position < end && isDigit(text.charCodeAt(position))) position++;
  return position;
}

function invalid(scanner: Scanner): void {
  const { text, position, end } = scanner;
  const foreign = scanner.foreignStrings.lengthAt(position, end);
  if (foreign > 0) return emit(scanner, TokenKind.ForeignString, foreign);
  emit(scanner, TokenKind.Invalid, text.codePointAt(position)! > 0xffff && position + 1 < end ? 2 : 1);
}
