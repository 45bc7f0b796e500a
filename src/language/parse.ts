import type { Body, Expression } from "./ast.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { limitDiagnostics } from "./limit-diagnostics.ts";
import { unexpectedAfterExpression } from "./messages/expression-messages.ts";
import { parseFileBody } from "./parser/body.ts";
import { parseExpression as parseExpressionRule } from "./parser/expression.ts";
import { Parser } from "./parser/parser.ts";
import { parseBareTemplate } from "./parser/template.ts";
import { scanTokens } from "./scanner/scan-tokens.ts";
import type { SourceFile } from "./source.ts";
import { viewOf, type SourceView } from "./source-view.ts";
import { TokenKind } from "./token.ts";

export interface ParsedBody {
  readonly body: Body;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ParsedExpression {
  readonly expression: Expression;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Parses a file of HCL native syntax. Never throws; every independent mistake is in the diagnostics, in the order of
 * the text, and what could not be read is left out or stands as an `error` expression.
 */
export function parseHcl(file: SourceFile): ParsedBody {
  const diagnostics: Diagnostic[] = [];
  const body = parseFileBody(parserOf(viewOf(file), "code", diagnostics));
  return { body, diagnostics: limitDiagnostics(diagnostics) };
}

/** Parses a text that is one expression, such as the value of a `-var` or a line typed at the console. Newlines do not matter. */
export function parseExpression(file: SourceFile): ParsedExpression {
  return parseExpressionIn(viewOf(file));
}

/** `parseExpression` for a part of a file, such as a type given as a string in JSON. */
function parseExpressionIn(view: SourceView): ParsedExpression {
  const diagnostics: Diagnostic[] = [];
  const parser = parserOf(view, "code", diagnostics);
  parser.newlinesCount = false;
  const expression = parser.parseExpression();
  if (parser.peek() !== TokenKind.EndOfFile)
    parser.report(unexpectedAfterExpression(parser.tokenText, parser.tokenRange()));
  return { expression, diagnostics: limitDiagnostics(diagnostics) };
}

/** Parses a text that is one template, such as the file of `templatefile`: literal but for `${ }` and `%{ }`. */
export function parseTemplate(file: SourceFile): ParsedExpression {
  return parseTemplateIn(viewOf(file));
}

/** `parseTemplate` for a part of a file, such as a string in JSON. */
export function parseTemplateIn(view: SourceView): ParsedExpression {
  const diagnostics: Diagnostic[] = [];
  const expression = parseBareTemplate(parserOf(view, "template", diagnostics));
  return { expression, diagnostics: limitDiagnostics(diagnostics) };
}

/**
 * What a literal string says, parsed as an expression: HCL JSON has no other way to write types and references.
 * Undefined for anything but a literal string.
 */
export function parseLiteralAsExpression(expression: Expression): ParsedExpression | undefined {
  if (expression.kind !== "template" || expression.parts.length !== 1) return undefined;
  const [part] = expression.parts;
  if (part?.kind !== "text") return undefined;
  const { file, start, end } = part.range;
  const isVerbatim = file.text.slice(start, end) === part.text;
  if (isVerbatim) return parseExpressionIn({ file, text: file.text, start, end });
  return parseExpression({ name: file.name, text: part.text });
}

function parserOf(view: SourceView, start: "code" | "template", diagnostics: Diagnostic[]): Parser {
  const tokens = scanTokens(view, start, (diagnostic) => diagnostics.push(diagnostic));
  return new Parser(view, tokens, diagnostics, parseExpressionRule);
}
