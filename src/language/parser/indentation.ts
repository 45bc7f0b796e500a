import { TokenKind } from "../token.ts";
import type { Parser } from "./parser.ts";

/**
 * Which open brace lacks its closing one, judged by indentation: the first whose partner stands further left than the
 * line that opened it, for that partner was meant for something outside. Undefined when indentation is inconclusive.
 */
export function findUnclosedBrace(parser: Parser): number | undefined {
  const { kinds } = parser;
  const open: { readonly token: number; readonly indent: number }[] = [];
  let lineIndent = 0;
  let isFirst = true;
  for (let index = 0; kinds[index] !== TokenKind.EndOfFile; index++) {
    const kind = kinds[index];
    if (kind === TokenKind.Comment) continue;
    if (kind === TokenKind.Newline) {
      isFirst = true;
      continue;
    }
    if (isFirst) lineIndent = indentOf(parser, index);
    if (kind === TokenKind.OpenBrace) open.push({ token: index, indent: lineIndent });
    if (kind === TokenKind.CloseBrace) {
      const partner = open.pop();
      if (partner !== undefined && isFirst && lineIndent < partner.indent) return partner.token;
    }
    isFirst = false;
  }
  return open.at(-1)?.token;
}

function indentOf(parser: Parser, index: number): number {
  const start = parser.starts[index]!;
  return start - (parser.text.lastIndexOf("\n", start - 1) + 1);
}
