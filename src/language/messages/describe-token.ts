import { TokenKind } from "../token.ts";

const LONGEST = 40;

/** As much of the user's text as fits in a message. */
export function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 3)}…`;
}

/** How a message names the token that stands where something else was expected. */
export function describeToken(kind: TokenKind, text: string): string {
  switch (kind) {
    case TokenKind.EndOfFile:
      return "the end of the file";
    case TokenKind.Newline:
      return "the end of the line";
    case TokenKind.OpenQuote:
      return "a string";
    case TokenKind.OpenHeredoc:
      return "a heredoc";
    case TokenKind.CloseSequence:
      return 'the closing "}" of the template sequence';
    case TokenKind.Number:
      return `the number ${text}`;
    default:
      return `"${text}"`;
  }
}
