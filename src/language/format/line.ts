import { TokenKind, type Tokens } from "../token.ts";
import { netBrackets } from "./brackets.ts";

/**
 * One line of a file as the formatter sees it: three cells, each a stretch of tokens (an empty one where begin and end
 * are equal). A token that spans lines, such as a heredoc's text, does not end the line it is on.
 *
 *     lead   assign      comment
 *     name   = "value"   # remark
 */
export interface Line {
  readonly start: number;
  /** Where the cell with `=` begins; equal to `comment` if there is none. */
  readonly assign: number;
  /** Where the cell with the remark begins; equal to `end` if there is none. */
  readonly comment: number;
  /** After the last token, without the newline. */
  readonly end: number;
}

/** Splits the tokens of a file into lines. */
export function linesOf(tokens: Tokens, text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (let index = 0; index < tokens.count; index++) {
    const kind = tokens.kinds[index];
    if (kind !== TokenKind.Newline && kind !== TokenKind.EndOfFile) continue;
    lines.push(lineOf(tokens, text, start, index));
    start = index + 1;
  }
  return lines;
}

function lineOf(tokens: Tokens, text: string, start: number, end: number): Line {
  const hasRemark = end - start > 1 && isRemark(tokens, text, end - 1);
  const comment = hasRemark ? end - 1 : end;
  for (let index = start + 1; index < comment; index++) {
    if (tokens.kinds[index] !== TokenKind.Equal) continue;
    // A value that continues on the next line is not aligned with its neighbours.
    const goesOn = netBrackets(tokens, index, comment) !== 0;
    return { start, assign: goesOn ? comment : index, comment, end };
  }
  return { start, assign: comment, comment, end };
}

/** A comment that ends its line by nature. One in slashes and stars does so only at the end of the file. */
function isRemark(tokens: Tokens, text: string, index: number): boolean {
  if (tokens.kinds[index] !== TokenKind.Comment) return false;
  return !text.startsWith("/*", tokens.starts[index]) || tokens.kinds[index + 1] === TokenKind.EndOfFile;
}
