import type { Expression, TemplatePart } from "../ast.ts";
import { TokenKind } from "../token.ts";
import { innerQuotes, quoteInString } from "../inner-quotes.ts";
import { buildParts } from "./directive.ts";
import { removeIndentation } from "./heredoc-indent.ts";
import { errorExpression } from "./nesting.ts";
import type { Parser } from "./parser.ts";
import { parseSegments, type Segment } from "./segment.ts";

/** `"` template `"` */
export function parseQuoted(parser: Parser): Expression {
  const start = parser.start;
  parser.advance();
  const segments = parseSegments(parser, TokenKind.CloseQuote, "quoted");
  if (skipInnerQuotes(parser)) return errorExpression(parser, start);
  parser.advance();
  return finish(parser, segments, start, false);
}

/** `("<<" | "<<-") Identifier Newline` template `Newline Identifier` */
export function parseHeredoc(parser: Parser): Expression {
  const start = parser.start;
  const isIndented = parser.text.startsWith("<<-", start);
  parser.advance();
  const segments = parseSegments(parser, TokenKind.CloseHeredoc, "lines");
  parser.advance();
  if (isIndented) removeIndentation(segments);
  return finish(parser, segments, start, true);
}

/** A template that is a text of its own: the content of a template file or a JSON string. */
export function parseBareTemplate(parser: Parser): Expression {
  const start = parser.start;
  const segments = parseSegments(parser, TokenKind.EndOfFile, "lines");
  return finish(parser, segments, start, false);
}

/** Where the closing quote, which comes next, was meant literally: reports that, and goes on after the whole string. */
function skipInnerQuotes(parser: Parser): boolean {
  const close = parser.starts[parser.index]!;
  const inner = parser.kinds[parser.index] === TokenKind.CloseQuote ? innerQuotes(parser.text, close) : undefined;
  if (!inner) return false;
  let last = parser.index;
  while (parser.ends[last]! < inner.end && parser.kinds[last] !== TokenKind.EndOfFile) last++;
  if (parser.kinds[last] !== TokenKind.CloseQuote || parser.ends[last] !== inner.end) return false;
  const places = inner.quotes.map((quote) => parser.range(quote, quote + 1));
  // In a string of JSON a backslash is written twice.
  parser.reportAside(quoteInString(places[0]!, parser.view.offsets ? undefined : places));
  parser.index = last;
  parser.advance();
  parser.height = 1;
  return true;
}

function finish(parser: Parser, segments: Segment[], start: number, heredoc: boolean): Expression {
  const height = parser.height;
  const range = parser.range(start, Math.max(start, parser.lastEnd));
  const only = segments[0];
  if (segments.length === 1 && only?.kind === "interpolation") {
    parser.height = height + 1;
    return { kind: "template-wrap", expression: only.expression, range };
  }
  const parts: TemplatePart[] = buildParts(parser, segments);
  return { kind: "template", parts, heredoc, range };
}
