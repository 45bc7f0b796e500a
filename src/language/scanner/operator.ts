import { TokenKind } from "../token.ts";
import { Char } from "./character.ts";

/** Punctuation by its text, longest first where one begins another. */
const OPERATORS: readonly (readonly [text: string, kind: TokenKind])[] = [
  ["...", TokenKind.Ellipsis],
  ["::", TokenKind.DoubleColon],
  ["=>", TokenKind.Arrow],
  ["==", TokenKind.EqualTo],
  ["!=", TokenKind.NotEqualTo],
  ["<=", TokenKind.LessOrEqual],
  [">=", TokenKind.GreaterOrEqual],
  ["&&", TokenKind.And],
  ["||", TokenKind.Or],
  ["{", TokenKind.OpenBrace],
  ["}", TokenKind.CloseBrace],
  ["[", TokenKind.OpenBracket],
  ["]", TokenKind.CloseBracket],
  ["(", TokenKind.OpenParen],
  [")", TokenKind.CloseParen],
  [",", TokenKind.Comma],
  [".", TokenKind.Dot],
  [":", TokenKind.Colon],
  ["?", TokenKind.Question],
  ["=", TokenKind.Equal],
  ["<", TokenKind.Less],
  [">", TokenKind.Greater],
  ["+", TokenKind.Plus],
  ["-", TokenKind.Minus],
  ["*", TokenKind.Star],
  ["/", TokenKind.Slash],
  ["%", TokenKind.Percent],
  ["!", TokenKind.Bang],
];

const SINGLE = new Uint8Array(128);
const BY_FIRST: (readonly (readonly [text: string, kind: TokenKind])[])[] = [];
for (const [text, kind] of OPERATORS) {
  const first = text.charCodeAt(0);
  if (text.length === 1) SINGLE[first] = kind;
  else BY_FIRST[first] = [...(BY_FIRST[first] ?? []), [text, kind]];
}

/** The operator at `position` as `kind * 4 + length`, or 0 if there is none. */
export function operatorAt(text: string, position: number): number {
  const code = text.charCodeAt(position);
  if (code > Char.Tilde) return 0;
  const longer = BY_FIRST[code];
  if (longer !== undefined) {
    for (const [operator, kind] of longer) {
      if (text.startsWith(operator, position)) return kind * 4 + operator.length;
    }
  }
  const kind = SINGLE[code]!;
  return kind === 0 ? 0 : kind * 4 + 1;
}
