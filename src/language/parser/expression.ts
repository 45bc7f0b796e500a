import type { Expression } from "../ast.ts";
import { foreignString, missingColonInConditional, missingExpression } from "../messages/expression-messages.ts";
import { TokenKind } from "../token.ts";
import { parseCall } from "./call.ts";
import { parseObjectOrFor, parseTupleOrFor } from "./collection.ts";
import { parseEnclosed } from "./enclosed.ts";
import { errorExpression, grow, tooDeep } from "./nesting.ts";
import { operatorOf, precedenceOf } from "./operator.ts";
import { MAX_NESTING, type Parser } from "./parser.ts";
import { parseHeredoc, parseQuoted } from "./template.ts";
import { parseTraversal } from "./traversal.ts";

/** `Expression = Conditional | Operation | ExprTerm` */
export function parseExpression(parser: Parser): Expression {
  if (parser.depth >= MAX_NESTING) return tooDeep(parser);
  parser.depth++;
  const expression = parseConditional(parser);
  parser.depth--;
  return expression;
}

/** `Conditional = Expression "?" Expression ":" Expression` */
function parseConditional(parser: Parser): Expression {
  const start = parser.start;
  const condition = parseBinary(parser, 1);
  if (parser.peek() !== TokenKind.Question) return condition;
  let height = parser.height;
  const question = parser.tokenRange();
  parser.advance();
  const then = parser.parseExpression();
  height = Math.max(height, parser.height);
  if (parser.peek() !== TokenKind.Colon) {
    parser.report(missingColonInConditional(parser.tokenRange(), question));
    return errorExpression(parser, start);
  }
  parser.advance();
  const otherwise = parser.parseExpression();
  parser.height = Math.max(height, parser.height) + 1;
  return { kind: "conditional", condition, then, else: otherwise, range: parser.range(start, parser.lastEnd) };
}

/** `Operation = unaryOp | binaryOp`, by precedence climbing: operators weaker than `minimum` end the operand. */
function parseBinary(parser: Parser, minimum: number): Expression {
  const start = parser.start;
  let left = parseUnary(parser);
  // Nothing was consumed: an operator here is part of the same mistake.
  if (left.kind === "error" && parser.isSilent()) return left;
  for (;;) {
    const kind = parser.peek();
    const precedence = precedenceOf(kind);
    if (precedence < minimum || precedence === 0) return left;
    const height = parser.height;
    parser.advance();
    const right = parseBinary(parser, precedence + 1);
    left = { kind: "binary", operator: operatorOf(kind), left, right, range: parser.range(start, parser.lastEnd) };
    if (!grow(parser, Math.max(height, parser.height) + 1)) return tooDeep(parser);
  }
}

/** `unaryOp = ("-" | "!") ExprTerm`: binds tighter than any binary operator. */
function parseUnary(parser: Parser): Expression {
  const kind = parser.peek();
  if (kind !== TokenKind.Minus && kind !== TokenKind.Bang) return parseTraversal(parser, parseTerm(parser));
  if (parser.depth >= MAX_NESTING) return tooDeep(parser);
  const start = parser.start;
  parser.advance();
  parser.depth++;
  const operand = parseUnary(parser);
  parser.depth--;
  parser.height++;
  return {
    kind: "unary",
    operator: kind === TokenKind.Minus ? "-" : "!",
    operand,
    range: parser.range(start, parser.lastEnd),
  };
}

/** `ExprTerm` without the traversals after it. */
function parseTerm(parser: Parser): Expression {
  const kind = parser.peek();
  const start = parser.start;
  parser.height = 1;
  switch (kind) {
    case TokenKind.Identifier:
      return parseName(parser, start);
    case TokenKind.Number: {
      const text = parser.tokenText;
      parser.advance();
      return { kind: "literal", value: { type: "number", text }, range: parser.range(start, parser.lastEnd) };
    }
    case TokenKind.OpenQuote:
      return parseQuoted(parser);
    case TokenKind.OpenHeredoc:
      return parseHeredoc(parser);
    case TokenKind.OpenBracket:
      return parseTupleOrFor(parser);
    case TokenKind.OpenBrace:
      return parseObjectOrFor(parser);
    case TokenKind.OpenParen:
      return parseParentheses(parser);
    case TokenKind.ForeignString: {
      parser.reportAside(foreignString(parser.tokenText, parser.tokenRange()));
      parser.advance();
      return errorExpression(parser, start);
    }
    default:
      parser.report(missingExpression(kind, parser.tokenText, parser.tokenRange()));
      return errorExpression(parser, start);
  }
}

/** `true`, `false`, `null`, a function call, or a variable. */
function parseName(parser: Parser, start: number): Expression {
  const next = parser.peekSecond();
  if (next === TokenKind.OpenParen || next === TokenKind.DoubleColon) return parseCall(parser);
  const name = parser.tokenText;
  parser.advance();
  const range = parser.range(start, parser.lastEnd);
  if (name === "true" || name === "false")
    return { kind: "literal", value: { type: "bool", value: name === "true" }, range };
  if (name === "null") return { kind: "literal", value: { type: "null" }, range };
  return { kind: "variable", name, range };
}

/** `"(" Expression ")"` */
function parseParentheses(parser: Parser): Expression {
  const start = parser.start;
  const open = parser.tokenRange();
  parser.advance();
  const expression = parseEnclosed(parser, ")", open);
  parser.height++;
  return { kind: "parentheses", expression, range: parser.range(start, parser.lastEnd) };
}
