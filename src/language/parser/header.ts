import type { Label } from "../ast.ts";
import {
  braceOnNextLine,
  equalsBeforeBrace,
  invalidLabel,
  missingOpenBrace,
  templateInLabel,
} from "../messages/body-messages.ts";
import { foreignString } from "../messages/expression-messages.ts";
import { TokenKind } from "../token.ts";
import type { Parser } from "./parser.ts";
import { skipLine } from "./recover.ts";
import { decodeEscapes } from "./string-literal.ts";

/**
 * `(StringLit | Identifier)*` between the type of a block and its `{`.
 * Undefined when no brace follows (reported, and the line skipped); otherwise the next token is the brace.
 */
export function parseLabels(parser: Parser, typeName: string): Label[] | undefined {
  const labels: Label[] = [];
  for (;;) {
    const kind = parser.peek();
    switch (kind) {
      case TokenKind.OpenBrace:
        return labels;
      case TokenKind.OpenQuote:
        labels.push(parseQuotedLabel(parser));
        break;
      case TokenKind.Identifier:
        labels.push({ value: parser.tokenText, range: parser.tokenRange() });
        parser.advance();
        break;
      case TokenKind.ForeignString:
        parser.reportAside(foreignString(parser.tokenText, parser.tokenRange()));
        labels.push({ value: parser.tokenText.slice(1, -1), range: parser.tokenRange() });
        parser.advance();
        break;
      default:
        return isBraceNear(parser, kind, typeName) ? labels : undefined;
    }
  }
}

/** A label is literal text: no interpolation, no directive. */
function parseQuotedLabel(parser: Parser): Label {
  const start = parser.start;
  let value = "";
  let isLiteral = true;
  parser.advance();
  for (let depth = 0; ; parser.advance()) {
    const { index } = parser;
    const kind = parser.kinds[index];
    if (kind === TokenKind.EndOfFile || (kind === TokenKind.CloseQuote && depth === 0)) break;
    if (kind === TokenKind.OpenQuote) depth++;
    else if (kind === TokenKind.CloseQuote) depth--;
    else if (kind === TokenKind.Text && depth === 0)
      value += decodeEscapes(parser, parser.starts[index]!, parser.ends[index]!, true);
    if (kind !== TokenKind.Text) isLiteral = false;
  }
  parser.advance();
  const range = parser.range(start, parser.lastEnd);
  if (!isLiteral) parser.reportAside(templateInLabel(range));
  return { value, range };
}

/** `type "label" = {` and a brace on the next line are reported and read as they were meant. */
function isBraceNear(parser: Parser, kind: TokenKind, typeName: string): boolean {
  if (kind === TokenKind.Equal && parser.kindAfter(parser.index) === TokenKind.OpenBrace) {
    parser.reportAside(equalsBeforeBrace(typeName, parser.tokenRange()));
    parser.advance();
    parser.peek();
    return true;
  }
  if (kind === TokenKind.Newline) {
    const line = parser.lastEndRange();
    const isBraceNext = parser.withNewlines(false, () => parser.peek() === TokenKind.OpenBrace);
    if (isBraceNext) parser.reportAside(braceOnNextLine(parser.tokenRange(), line));
    else parser.report(missingOpenBrace(typeName, line));
    return isBraceNext;
  }
  if (kind === TokenKind.EndOfFile) parser.report(missingOpenBrace(typeName, parser.lastEndRange()));
  else parser.report(invalidLabel(typeName, parser.tokenText, parser.tokenRange()));
  skipLine(parser);
  return false;
}
