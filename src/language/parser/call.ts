import type { Expression, FunctionCall } from "../ast.ts";
import {
  expandNotLast,
  missingComma,
  missingClosingBracket,
  missingFunctionName,
} from "../messages/expression-messages.ts";
import { TokenKind } from "../token.ts";
import { errorExpression } from "./nesting.ts";
import type { Parser } from "./parser.ts";
import { beginsExpression, lacksClose, skipPastClose } from "./recover.ts";

/** `FunctionCall = Identifier ("::" Identifier)* "(" (Expression ("," Expression)* ("," | "...")?)? ")"` */
export function parseCall(parser: Parser): Expression {
  const start = parser.start;
  parser.advance();
  while (parser.accept(TokenKind.DoubleColon)) {
    if (parser.peek() !== TokenKind.Identifier) {
      parser.report(missingFunctionName(parser.tokenRange()));
      return errorExpression(parser, start);
    }
    parser.advance();
  }
  const nameEnd = parser.lastEnd;
  const name = parser.text.slice(start, nameEnd).replaceAll(/\s/g, "");
  const nameRange = parser.range(start, nameEnd);
  if (parser.peek() !== TokenKind.OpenParen) {
    parser.report(missingFunctionName(parser.tokenRange()));
    return errorExpression(parser, start);
  }
  const open = parser.tokenRange();
  parser.advance();
  const { args, expandFinal } = parser.withNewlines(false, () => parseArguments(parser, open));
  return { kind: "call", name, nameRange, args, expandFinal, range: parser.range(start, parser.lastEnd) };
}

function parseArguments(parser: Parser, open: ReturnType<Parser["range"]>): Pick<FunctionCall, "args" | "expandFinal"> {
  const args: Expression[] = [];
  let expandFinal = false;
  let height = 0;
  while (!parser.accept(TokenKind.CloseParen)) {
    if (!lacksClose(parser, TokenKind.CloseParen)) {
      args.push(parser.parseExpression());
      height = Math.max(height, parser.height);
    }
    if (parser.peek() === TokenKind.Ellipsis) {
      expandFinal = true;
      const range = parser.tokenRange();
      parser.advance();
      parser.accept(TokenKind.Comma);
      if (parser.peek() !== TokenKind.CloseParen && beginsExpression(parser.peek()))
        parser.report(expandNotLast(range));
      continue;
    }
    const kind = parser.peek();
    if (kind === TokenKind.CloseParen || parser.accept(TokenKind.Comma)) continue;
    if (beginsExpression(kind) && !lacksClose(parser, TokenKind.CloseParen)) {
      parser.report(missingComma("argument", parser.lastEndRange(), parser.tokenRange()));
      continue;
    }
    parser.report(missingClosingBracket(")", parser.tokenRange(), open));
    skipPastClose(parser, TokenKind.CloseParen);
    break;
  }
  parser.height = height + 1;
  return { args, expandFinal };
}
