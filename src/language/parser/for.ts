import type { Expression } from "../ast.ts";
import { invalidFor, missingClosingBracket } from "../messages/expression-messages.ts";
import type { SourceRange } from "../source.ts";
import { TokenKind } from "../token.ts";
import { errorExpression } from "./nesting.ts";
import type { Parser } from "./parser.ts";
import { closingTokens, skipPastClose } from "./recover.ts";

/**
 * `forTupleExpr  = "[" forIntro Expression forCond? "]"`
 * `forObjectExpr = "{" forIntro Expression "=>" Expression "..."? forCond? "}"`
 * The opening bracket is consumed; the next token is `for`.
 */
export function parseFor(parser: Parser, start: number, open: SourceRange, shape: "tuple" | "object"): Expression {
  const bracket = shape === "tuple" ? "]" : "}";
  const close = closingTokens[bracket];
  const fail = (expected: string): Expression => {
    parser.report(invalidFor(expected, parser.tokenRange(), parser.range(start, parser.lastEnd)));
    skipPastClose(parser, close);
    return errorExpression(parser, start);
  };
  parser.advance();
  const intro = parseForIntro(parser);
  if (typeof intro === "string") return fail(intro);
  let height = parser.height;
  if (!parser.accept(TokenKind.Colon)) return fail('a colon (":") after the collection');
  const first = parser.parseExpression();
  height = Math.max(height, parser.height);
  let value: Expression | undefined;
  if (shape === "object") {
    if (!parser.accept(TokenKind.Arrow))
      return fail('an arrow ("=>") between key and value, since this "for" is in braces and makes an object');
    value = parser.parseExpression();
    height = Math.max(height, parser.height);
  } else if (parser.peek() === TokenKind.Arrow) {
    return fail('no arrow ("=>") here: "for" in brackets makes a list; use braces to make an object');
  }
  const grouped = shape === "object" && parser.accept(TokenKind.Ellipsis);
  let condition: Expression | undefined;
  if (parser.isKeyword("if")) {
    parser.advance();
    condition = parser.parseExpression();
    height = Math.max(height, parser.height);
  }
  acceptClose(parser, bracket, open);
  parser.height = height + 1;
  const common = { ...intro, condition, range: parser.range(start, parser.lastEnd) };
  if (value === undefined) return { kind: "for-tuple", value: first, ...common };
  return { kind: "for-object", key: first, value, grouped, ...common };
}

function acceptClose(parser: Parser, bracket: keyof typeof closingTokens, open: SourceRange): void {
  const close = closingTokens[bracket];
  if (parser.accept(close)) return;
  parser.report(missingClosingBracket(bracket, parser.tokenRange(), open));
  skipPastClose(parser, close);
}

interface ForIntro {
  readonly keyName: string | undefined;
  readonly valueName: string;
  readonly collection: Expression;
}

/** `Identifier ("," Identifier)? "in" Expression`: the part that `for` expressions and `%{ for }` share, or what is missing. */
export function parseForIntro(parser: Parser): ForIntro | string {
  if (parser.peek() !== TokenKind.Identifier) return 'a name for each element after "for"';
  let keyName: string | undefined;
  let valueName = parser.tokenText;
  parser.advance();
  if (parser.accept(TokenKind.Comma)) {
    if (parser.peek() !== TokenKind.Identifier) return "a second name after the comma, for the value of each element";
    keyName = valueName;
    valueName = parser.tokenText;
    parser.advance();
  }
  if (!parser.isKeyword("in")) return 'the word "in" after the name';
  parser.advance();
  return { keyName, valueName, collection: parser.parseExpression() };
}
