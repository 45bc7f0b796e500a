import { TokenKind } from "../token.ts";
import { Char } from "./character.ts";
import type { Scanner } from "./scanner.ts";

/** Whether `${` or `%{` begins here. The caller has seen the first character. */
export function isSequenceAt(text: string, position: number): boolean {
  return text.charCodeAt(position + 1) === Char.OpenBrace;
}

/** Emits `${`, `%{` and their forms with `~`, and reads code from there. */
export function enterSequence(scanner: Scanner, position: number): void {
  const { text, tokens } = scanner;
  const kind = text.charCodeAt(position) === Char.Dollar ? TokenKind.OpenInterpolation : TokenKind.OpenDirective;
  const end = position + (text.charCodeAt(position + 2) === Char.Tilde ? 3 : 2);
  scanner.enter({ kind: "interpolation", openToken: tokens.count, braces: 0, lenient: false, spansLines: false });
  tokens.push(kind, position, end);
  scanner.position = end;
}

/** `$${` and `%%{` are escapes for `${` and `%{`. The caller has seen the first character. */
export function isEscapedSequenceAt(text: string, position: number): boolean {
  return (
    text.charCodeAt(position + 1) === text.charCodeAt(position) && text.charCodeAt(position + 2) === Char.OpenBrace
  );
}
