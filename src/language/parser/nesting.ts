import type { ErrorExpression } from "../ast.ts";
import { nestingTooDeep } from "../messages/expression-messages.ts";
import { TokenKind } from "../token.ts";
import { MAX_NESTING, type Parser } from "./parser.ts";
import { skipTo } from "./recover.ts";

/** Reports the nesting (once per text) and skips the rest of the expression, so that nothing inside it is reported. */
export function tooDeep(parser: Parser): ErrorExpression {
  const start = parser.start;
  if (!parser.isTooDeep) parser.reportAside(nestingTooDeep(MAX_NESTING, parser.tokenRange()));
  parser.isTooDeep = true;
  skipTo(parser, (kind) => kind === TokenKind.Comma || (kind === TokenKind.Newline && parser.newlinesCount));
  parser.silence();
  parser.height = 1;
  return errorExpression(parser, start);
}

/** Notes the height of a tree built by a loop; false when it is too deep to walk. */
export function grow(parser: Parser, height: number): boolean {
  parser.height = height;
  return height <= MAX_NESTING;
}

/** Stands for what could not be parsed, from `start` to the token consumed last. */
export function errorExpression(parser: Parser, start: number): ErrorExpression {
  return { kind: "error", range: parser.range(start, Math.max(start, parser.lastEnd)) };
}
