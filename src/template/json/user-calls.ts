import type { SourceRange } from "../../language/source.ts";
import { didYouMean } from "../../lib/did-you-mean.ts";
import { functionCalls, type TemplateCall } from "../../lib/go-template/calls.ts";
import { parseGoTemplate } from "../../lib/go-template/parse.ts";
import type { JsonRecord } from "../fix/legacy-document.ts";
import type { Report } from "../diagnostics.ts";
import { misspeltVariable } from "../messages/legacy.ts";
import { stepsOf, type LegacyTemplate } from "./legacy-template.ts";
import type { JsonData } from "./json-data.ts";
import { textsIn } from "../texts-in.ts";

/** A text of a template that calls `user` with a name. */
interface UserCall {
  readonly name: string;
  readonly range: SourceRange | undefined;
}

/** The names of all user variables that the builders and steps of a template read. */
export function userVariablesRead(template: LegacyTemplate, data: JsonData): ReadonlySet<string> {
  const items = [...template.builders, ...stepsOf(template)];
  return new Set(items.flatMap((item) => userCalls(item, data)).map(({ name }) => name));
}

interface KnownNames {
  readonly data: JsonData;
  /** Of the variables that are declared or given. */
  readonly names: readonly string[];
  readonly report: Report;
}

/** An unknown variable is an empty text in JSON templates; one that resembles a known one is a misspelling. */
export function warnOfMisspeltVariables(items: Iterable<JsonRecord>, { data, names, report }: KnownNames): void {
  const seen = new Set(names);
  for (const { name, range } of [...items].flatMap((item) => userCalls(item, data))) {
    if (seen.has(name)) continue;
    seen.add(name);
    const hint = didYouMean(name, names);
    if (hint) report(misspeltVariable(name, hint, range));
  }
}

function userCalls(item: JsonRecord, data: JsonData): readonly UserCall[] {
  return textsIn(item).flatMap(({ text, path }) =>
    namesIn(text).map((name) => ({ name, range: data.rangeOf(item, path) })),
  );
}

function namesIn(text: string): readonly string[] {
  return templateCalls(text).flatMap(({ name, args: [first] }) =>
    name === "user" && first?.kind === "literal" ? [String(first.value)] : [],
  );
}

/** The calls in a text; none where it cannot be parsed, which is reported where the text is used. */
export function templateCalls(text: string): readonly TemplateCall[] {
  try {
    return functionCalls(parseGoTemplate(text));
  } catch {
    return [];
  }
}
