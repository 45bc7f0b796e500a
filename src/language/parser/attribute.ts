import type { Attribute } from "../ast.ts";
import { commaAfterArgument, missingNewline } from "../messages/body-messages.ts";
import { TokenKind } from "../token.ts";
import type { Parser } from "./parser.ts";
import { beginsItem, skipLine } from "./recover.ts";

/**
 * `Attribute = Identifier "=" Expression`, without the newline. The next two tokens are the name and what stands for
 * `=`.
 */
export function parseAttribute(parser: Parser, name = parser.tokenText, nameRange = parser.tokenRange()): Attribute {
  const start = parser.start;
  parser.advance();
  parser.peek();
  return parseAssigned(parser, name, nameRange, start);
}

/** What follows the name: `"=" Expression`. */
export function parseAssigned(
  parser: Parser,
  name: string,
  nameRange: Attribute["nameRange"],
  start: number,
): Attribute {
  parser.advance();
  const expression = parser.parseExpression();
  return { kind: "attribute", name, nameRange, expression, range: parser.range(start, parser.lastEnd) };
}

/** After an argument or block there must be a newline or the end of the file. Anything else there is reported once. */
export function finishLine(parser: Parser, what: "argument" | "block"): void {
  const kind = parser.peek();
  if (kind === TokenKind.Newline || kind === TokenKind.EndOfFile) return;
  const text = parser.tokenText;
  if (kind === TokenKind.Comma || text === ";") {
    parser.report(commaAfterArgument(what, text, parser.tokenRange()));
    parser.advance();
    return;
  }
  parser.report(missingNewline(what, parser.lastEndRange(), { kind, text, range: parser.tokenRange() }));
  if (kind === TokenKind.CloseBrace || beginsItem(parser, parser.index)) return;
  skipLine(parser);
}
