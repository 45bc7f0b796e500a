import type { Expression, ObjectItem } from "../ast.ts";
import {
  ambiguousKey,
  missingClosingBracket,
  missingComma,
  missingItemValue,
  unexpectedInList,
} from "../messages/expression-messages.ts";
import type { SourceRange } from "../source.ts";
import { TokenKind } from "../token.ts";
import { parseFor } from "./for.ts";
import type { Parser } from "./parser.ts";
import { beginsBlock, beginsExpression, isMistypedClose, lacksClose, skipPastClose, skipTo } from "./recover.ts";

/** `tuple = "[" (Expression ("," Expression)* ","?)? "]"`, or a `for` in brackets. */
export function parseTupleOrFor(parser: Parser): Expression {
  const start = parser.start;
  const open = parser.tokenRange();
  parser.advance();
  return parser.withNewlines(false, () => {
    if (parser.isKeyword("for")) return parseFor(parser, start, open, "tuple");
    const items = parseItems(parser, open);
    return { kind: "tuple", items, range: parser.range(start, parser.lastEnd) };
  });
}

function parseItems(parser: Parser, open: SourceRange): Expression[] {
  const items: Expression[] = [];
  let height = 0;
  while (!parser.accept(TokenKind.CloseBracket)) {
    if (!lacksClose(parser, TokenKind.CloseBracket)) {
      items.push(parser.parseExpression());
      height = Math.max(height, parser.height);
    }
    const kind = parser.peek();
    if (kind === TokenKind.CloseBracket || parser.accept(TokenKind.Comma)) continue;
    if (lacksClose(parser, TokenKind.CloseBracket)) {
      parser.report(missingClosingBracket("]", parser.tokenRange(), open));
      if (isMistypedClose(parser)) parser.advance();
      else parser.silence();
      break;
    }
    if (beginsExpression(kind)) {
      parser.report(missingComma("item", parser.lastEndRange(), parser.tokenRange()));
      continue;
    }
    parser.report(unexpectedInList(kind, parser.tokenText, parser.tokenRange()));
    skipTo(parser, (next) => next === TokenKind.Comma || next === TokenKind.CloseBracket);
    if (!parser.accept(TokenKind.Comma) && parser.peek() !== TokenKind.CloseBracket) break;
  }
  parser.height = height + 1;
  return items;
}

/** `object = "{" (objectelem (("," | Newline) objectelem)* ("," | Newline)?)? "}"`, or a `for` in braces. */
export function parseObjectOrFor(parser: Parser): Expression {
  const start = parser.start;
  const open = parser.tokenRange();
  parser.advance();
  const isFor = parser.withNewlines(false, () => parser.isKeyword("for"));
  if (isFor) return parser.withNewlines(false, () => parseFor(parser, start, open, "object"));
  return parser.withNewlines(true, () => {
    const items = parseObjectItems(parser, open);
    return { kind: "object", items, range: parser.range(start, parser.lastEnd) };
  });
}

function parseObjectItems(parser: Parser, open: SourceRange): ObjectItem[] {
  const items: ObjectItem[] = [];
  let height = 0;
  for (;;) {
    while (parser.accept(TokenKind.Newline));
    if (parser.accept(TokenKind.CloseBrace)) break;
    if (beginsBlock(parser, parser.index) || parser.kinds[parser.index] === TokenKind.EndOfFile) {
      parser.report(missingClosingBracket("}", parser.tokenRange(), open));
      parser.silence();
      break;
    }
    const item = parseObjectItem(parser);
    height = Math.max(height, parser.height);
    if (item !== undefined) items.push(item);
    if (!finishItem(parser, open)) break;
  }
  parser.height = height + 1;
  return items;
}

/** `objectelem = (Identifier | Expression) ("=" | ":") Expression` */
function parseObjectItem(parser: Parser): ObjectItem | undefined {
  const start = parser.start;
  const isBare = parser.peek() === TokenKind.Identifier && isSeparator(parser.peekSecond());
  const bareKey = isBare ? parser.tokenText : undefined;
  const key: Expression = isBare ? parseBareKey(parser) : parser.parseExpression();
  const keyHeight = parser.height;
  if (!isSeparator(parser.peek())) {
    if (key.kind !== "error") parser.report(missingItemValue(key.range, parser.tokenRange()));
    skipTo(parser, (kind) => kind === TokenKind.Comma || kind === TokenKind.Newline);
    return undefined;
  }
  if (key.kind === "get-attribute" || key.kind === "index") parser.reportAside(ambiguousKey(key.range));
  parser.advance();
  const value = parser.parseExpression();
  parser.height = Math.max(keyHeight, parser.height);
  return { key, bareKey, value, range: parser.range(start, parser.lastEnd) };
}

function parseBareKey(parser: Parser): Expression {
  const name = parser.tokenText;
  const range = parser.tokenRange();
  parser.advance();
  parser.height = 1;
  return { kind: "variable", name, range };
}

/** Consumes what separates two items; false when the object cannot go on. */
function finishItem(parser: Parser, open: SourceRange): boolean {
  const kind = parser.peek();
  switch (kind) {
    case TokenKind.Comma:
    case TokenKind.Newline:
      parser.advance();
      return true;
    case TokenKind.CloseBrace:
      return true;
    case TokenKind.EndOfFile:
    case TokenKind.CloseBracket:
    case TokenKind.CloseParen:
    case TokenKind.CloseSequence:
      parser.report(missingClosingBracket("}", parser.tokenRange(), open));
      skipPastClose(parser, TokenKind.CloseBrace);
      return false;
    default:
      if (beginsExpression(kind)) parser.report(missingComma("attribute", parser.lastEndRange(), parser.tokenRange()));
      else {
        parser.report(unexpectedInList(kind, parser.tokenText, parser.tokenRange()));
        skipTo(parser, (next) => next === TokenKind.Comma || next === TokenKind.Newline);
      }
      return true;
  }
}

function isSeparator(kind: TokenKind): boolean {
  return kind === TokenKind.Equal || kind === TokenKind.Colon;
}
