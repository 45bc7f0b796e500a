import type { Expression } from "../ast.ts";
import { missingClosingBracket } from "../messages/expression-messages.ts";
import type { SourceRange } from "../source.ts";
import { TokenKind } from "../token.ts";
import { errorExpression } from "./nesting.ts";
import type { Parser } from "./parser.ts";
import { closingTokens, lacksClose, skipPastClose } from "./recover.ts";

/**
 * One expression and the bracket that closes it; the opening one is consumed. Newlines do not count inside.
 * `onComma` reports a comma after the expression, if it means something other than a missing bracket.
 */
export function parseEnclosed(parser: Parser, bracket: ")" | "]", open: SourceRange, onComma?: () => void): Expression {
  const close = closingTokens[bracket];
  return parser.withNewlines(false, () => {
    const expression = lacksClose(parser, close) ? errorExpression(parser, parser.start) : parser.parseExpression();
    if (parser.accept(close)) return expression;
    if (parser.peek() === TokenKind.Comma && onComma !== undefined) onComma();
    else parser.report(missingClosingBracket(bracket, parser.tokenRange(), open));
    skipPastClose(parser, close);
    return expression;
  });
}
