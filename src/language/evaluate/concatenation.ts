import type { Binary, Expression, TemplateExpression } from "../ast.ts";
import { convert } from "../convert.ts";
import type { TextEdit } from "../diagnostic.ts";
import type { SourceRange } from "../source.ts";
import { NUMBER, stringValue } from "../value.ts";

/** The operands of `"a" + var.b + …`, where one is a text that is no number; undefined for any other sum. */
export function concatenationIn(chain: readonly Binary[], first: Expression): readonly Expression[] | undefined {
  if (chain.some(({ operator }) => operator !== "+")) return undefined;
  // The chain is from its end to its beginning.
  const operands = [first, ...chain.map(({ right }) => right).reverse()];
  return operands.some(isWord) ? operands : undefined;
}

function isWord(operand: Expression): boolean {
  if (operand.kind !== "template" || operand.parts.some(({ kind }) => kind !== "text")) return false;
  return convert(stringValue(textIn(operand)), NUMBER).value === undefined;
}

const textIn = ({ parts }: TemplateExpression): string =>
  parts.map((part) => (part.kind === "text" ? part.text : "")).join("");

/** One text in place of the sum; none for what spans lines, or stands in JSON. */
export function asOneText(range: SourceRange, operands: readonly Expression[]): readonly TextEdit[] | undefined {
  const { file, start, end } = range;
  if (file.name.endsWith(".json") || file.text.slice(start, end).includes("\n")) return undefined;
  return [{ range, text: `"${operands.map(insideQuotes).join("")}"` }];
}

function insideQuotes({ kind, range: { file, start, end } }: Expression): string {
  const written = file.text.slice(start, end);
  const isQuoted = kind === "template" || kind === "template-wrap";
  if (kind === "literal") return written;
  return isQuoted ? written.slice(1, -1) : `$\{${written}}`;
}
