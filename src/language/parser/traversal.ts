import { SPLAT_ITEM, type Expression, type GetAttribute, type Index } from "../ast.ts";
import { chainedLegacyIndex, invalidAttributeName, listAfterValue } from "../messages/expression-messages.ts";
import { TokenKind } from "../token.ts";
import { parseEnclosed } from "./enclosed.ts";
import { errorExpression, grow, tooDeep } from "./nesting.ts";
import { MAX_NESTING, type Parser } from "./parser.ts";

/** `ExprTerm (GetAttr | Index | Splat)*` applied to a term already parsed. */
export function parseTraversal(parser: Parser, term: Expression): Expression {
  return parseSteps(parser, term, "all");
}

/** After an attribute splat only attribute steps belong to it; after a full splat all steps do. */
type StepsAllowed = "all" | "attributes";

function parseSteps(parser: Parser, operand: Expression, allowed: StepsAllowed): Expression {
  let expression = operand;
  const start = operand.range.start;
  for (;;) {
    const kind = parser.peek();
    const height = parser.height;
    if (kind === TokenKind.Dot) expression = parseDot(parser, expression, allowed);
    else if (kind === TokenKind.OpenBracket && allowed === "all") expression = parseBracket(parser, expression);
    else return expression;
    if (!grow(parser, Math.max(height, parser.height) + 1)) return tooDeep(parser);
    if (expression.kind === "error") return { ...expression, range: { ...expression.range, start } };
  }
}

/** `GetAttr = "." Identifier`, legacy `"." number`, attribute splat `".*"`. */
function parseDot(parser: Parser, object: Expression, allowed: StepsAllowed): Expression {
  const dot = parser.tokenRange();
  parser.advance();
  const kind = parser.peek();
  const start = parser.start;
  switch (kind) {
    case TokenKind.Identifier: {
      const name = parser.tokenText;
      const nameRange = parser.tokenRange();
      parser.advance();
      return {
        kind: "get-attribute",
        object,
        name,
        nameRange,
        range: spanning(object, nameRange.end),
      } satisfies GetAttribute;
    }
    case TokenKind.Number:
      return parseLegacyIndex(parser, object);
    case TokenKind.Star:
      if (allowed === "attributes") break;
      parser.advance();
      return parseSplat(parser, object, "attribute", start);
    default:
      break;
  }
  parser.report(invalidAttributeName(kind, dot, parser.tokenRange()));
  return errorExpression(parser, start);
}

/** `list.0`. The scanner takes the `0.1` of `list.0.1` for one number, and HCL refuses it. */
function parseLegacyIndex(parser: Parser, collection: Expression): Expression {
  const text = parser.tokenText;
  const range = parser.tokenRange();
  const start = parser.start;
  parser.advance();
  if (text.includes(".")) {
    parser.report(chainedLegacyIndex(text, range));
    return errorExpression(parser, start);
  }
  const key: Expression = { kind: "literal", value: { type: "number", text }, range };
  return { kind: "index", collection, key, legacy: true, range: spanning(collection, range.end) } satisfies Index;
}

/** `Index = "[" Expression "]"`, full splat `"[*]"`. */
function parseBracket(parser: Parser, collection: Expression): Expression {
  const open = parser.tokenRange();
  const start = parser.start;
  parser.advance();
  if (parser.peek() === TokenKind.Star && parser.kindAfter(parser.index) === TokenKind.CloseBracket) {
    parser.advance();
    parser.accept(TokenKind.CloseBracket);
    return parseSplat(parser, collection, "full", start);
  }
  const end = collection.range.end;
  const key = parseEnclosed(parser, "]", open, () => {
    parser.report(listAfterValue({ ...collection.range, start: end }, parser.tokenRange()));
  });
  return {
    kind: "index",
    collection,
    key,
    legacy: false,
    range: { ...collection.range, end: parser.range(start, parser.lastEnd).end },
  };
}

function parseSplat(parser: Parser, source: Expression, style: "attribute" | "full", start: number): Expression {
  const item: Expression = { kind: "variable", name: SPLAT_ITEM, range: parser.range(start, parser.lastEnd) };
  if (parser.depth >= MAX_NESTING) return tooDeep(parser);
  parser.depth++;
  const each = parseSteps(parser, item, style === "full" ? "all" : "attributes");
  parser.depth--;
  return { kind: "splat", source, style, each, range: spanning(source, Math.max(each.range.end, item.range.end)) };
}

/** From the beginning of the operand to a file offset. */
function spanning(operand: Expression, end: number): Expression["range"] {
  return { file: operand.range.file, start: operand.range.start, end };
}
