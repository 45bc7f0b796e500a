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
  const source = translateWhole(template, context);
  if (source !== undefined) return { source, untranslated: [] };
  return translateParts(template, context);
}

/** A text that is one action and nothing else. */
function translateWhole({ body, definitions }: GoTemplate, context: TranslationContext): string | undefined {
  const [only, ...others] = body;
  if (only?.kind !== "action" || others.length > 0 || definitions.size > 0) return undefined;
  return translatePipeline(only.pipeline, context);
}

function translateParts({ text, body, definitions }: GoTemplate, context: TranslationContext): TranslatedText {
  // What is defined may be used in any action, so all of them stay.
  const nodes = definitions.size === 0 ? body : [];
  let source = "";
  let position = 0;
  for (const action of nodes.filter((node) => node.kind === "action")) {
    const translated = translatePipeline(action.pipeline, context);
    if (translated === undefined) continue;
    // What is left between two translated actions is kept as it was written, trim markers included.
    source += escapeHcl(text.slice(position, action.start)) + interpolate(translated);
    position = action.end;
  }
  const stays = definitions.size > 0 || body.some((node) => node.kind !== "text" && node.start >= position);
  source += escapeHcl(text.slice(position));
  return { source: `"${source}"`, untranslated: stays ? refusedCalls(source) : [] };
}

const interpolate = (expression: string): string => `\${${expression}}`;

/** Functions in what stayed that HCL2 templates may not call. */
function refusedCalls(source: string): readonly string[] {
  const template = tryParse(source.replaceAll('\\"', '"'));
  if (!template) return [];
  const names = functionCalls(template).map(({ name }) => name);
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
