import { GoTemplateError } from "../../lib/go-template/error.ts";
import { functionCalls } from "../../lib/go-template/calls.ts";
import { parseGoTemplate } from "../../lib/go-template/parse.ts";
import type { GoTemplate } from "../../lib/go-template/ast.ts";
import { escapeHcl, quoteHcl } from "./hcl-text.ts";
import { translatePipeline, type TranslationContext } from "./translate-call.ts";

export interface TranslatedText {
  /** HCL source of an expression. */
  readonly source: string;
  /** What of it could not be translated and does not work in HCL2 as it stands: names of functions. */
  readonly untranslated: readonly string[];
}

/**
 * A text of a JSON template as an HCL expression. Actions HCL can express become interpolation; others (`{{ .Vars }}`,
 * conditions) stay, because HCL2 templates still render them when the argument is used.
 */
export function translateText(text: string, context: TranslationContext): TranslatedText {
  if (!text.includes("{{")) return { source: quoteHcl(text), untranslated: [] };
  const template = tryParse(text);
  if (!template) return { source: quoteHcl(text), untranslated: ["{{"] };
  const single = template.body.length === 1 && template.definitions.size === 0 ? template.body[0] : undefined;
  if (single?.kind === "action") {
    const source = translatePipeline(single.pipeline, context);
    if (source !== undefined) return { source, untranslated: [] };
  }
  return translateParts(template, context);
}

function translateParts({ text, body, definitions }: GoTemplate, context: TranslationContext): TranslatedText {
  let source = "";
  let position = 0;
  const untranslated: string[] = [];
  for (const node of definitions.size > 0 ? [] : body) {
    if (node.kind !== "action" && node.kind !== "text") continue;
    const translated = node.kind === "action" ? translatePipeline(node.pipeline, context) : undefined;
    if (translated === undefined) continue;
    // What is left between two translated actions is kept as it was written, trim markers included.
    source += escapeHcl(text.slice(position, node.start)) + interpolate(translated);
    position = node.end;
  }
  const rest = body.filter((node) => node.kind !== "text" && node.start >= position);
  source += escapeHcl(text.slice(position));
  if (rest.length > 0 || definitions.size > 0) untranslated.push(...refusedCalls(source));
  return { source: `"${source}"`, untranslated };
}

const interpolate = (expression: string): string => `\${${expression}}`;

/** Functions in what stayed that HCL2 templates may not call. */
function refusedCalls(source: string): readonly string[] {
  const template = tryParse(source.replaceAll('\\"', '"'));
  const names = template ? functionCalls(template).map(({ name }) => name) : [];
  return [...new Set(names.filter((name) => refused.has(name)))];
}

const refused: ReadonlySet<string> = new Set([
  "user",
  "env",
  "consul_key",
  "vault",
  "aws_secretsmanager",
  "aws_secretsmanager_raw",
]);

function tryParse(text: string): GoTemplate | undefined {
  try {
    return parseGoTemplate(text);
  } catch (failure) {
    if (failure instanceof GoTemplateError) return undefined;
    throw failure;
  }
}
