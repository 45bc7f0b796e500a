/**
 * The kinds of token of HCL native syntax.
 * Numbers rather than strings, because the scanner keeps them in a byte array.
 */
export const TokenKind = {
  EndOfFile: 0,
  Newline: 1,
  Comment: 2,
  Identifier: 3,
  Number: 4,
  OpenQuote: 5,
  CloseQuote: 6,
  /** `<<EOT` with its line end. */
  OpenHeredoc: 7,
  /** The end marker with the white space before it, without its line end. */
  CloseHeredoc: 8,
  /** Literal text of a template, escapes not yet resolved. */
  Text: 9,
  /** `${` or `${~` */
  OpenInterpolation: 10,
  /** `%{` or `%{~` */
  OpenDirective: 11,
  /** The `}` or `~}` that ends an interpolation or directive. */
  CloseSequence: 12,
  OpenBrace: 13,
  CloseBrace: 14,
  OpenBracket: 15,
  CloseBracket: 16,
  OpenParen: 17,
  CloseParen: 18,
  Comma: 19,
  Dot: 20,
  Ellipsis: 21,
  Colon: 22,
  DoubleColon: 23,
  Question: 24,
  Equal: 25,
  Arrow: 26,
  Or: 27,
  And: 28,
  EqualTo: 29,
  NotEqualTo: 30,
  Less: 31,
  LessOrEqual: 32,
  Greater: 33,
  GreaterOrEqual: 34,
  Plus: 35,
  Minus: 36,
  Star: 37,
  Slash: 38,
  Percent: 39,
  Bang: 40,
  /** A character that means nothing in HCL. */
  Invalid: 41,
  /** Text in single, typographic or back quotes: read as one string so that one message covers it. */
  ForeignString: 42,
} as const;

export type TokenKind = (typeof TokenKind)[keyof typeof TokenKind];

/**
 * All tokens of one text, in order, as parallel arrays (an object per token would cost more than scanning it).
 * Between two tokens there is nothing but spaces and tabs; the last token is an empty `EndOfFile`.
 */
export interface Tokens {
  readonly count: number;
  /**
   * A comment or heredoc without an end has swallowed the rest of the text: what is missing there is not reported
   * again.
   */
  readonly isTailLost: boolean;
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** +1 for a token that opens a bracket of any sort, -1 for one that closes it, else 0. */
export function bracketChange(kind: number): -1 | 0 | 1 {
  switch (kind) {
    case TokenKind.OpenBrace:
    case TokenKind.OpenBracket:
    case TokenKind.OpenParen:
    case TokenKind.OpenInterpolation:
    case TokenKind.OpenDirective:
      return 1;
    case TokenKind.CloseBrace:
    case TokenKind.CloseBracket:
    case TokenKind.CloseParen:
    case TokenKind.CloseSequence:
      return -1;
    default:
      return 0;
  }
}
