import type { Expression, TemplatePart } from "../ast.ts";
import { TokenKind } from "../token.ts";
import { buildParts } from "./directive.ts";
import { removeIndentation } from "./heredoc-indent.ts";
import type { Parser } from "./parser.ts";
import { parseSegments, type Segment } from "./segment.ts";

/** `"` template `"` */
export function parseQuoted(parser: Parser): Expression {
  const start = parser.start;
  parser.advance();
  const segments = parseSegments(parser, TokenKind.CloseQuote, "quoted");
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
