import type { Diagnostic } from "../../language/diagnostic.ts";
import { didYouMean } from "../../lib/did-you-mean.ts";
import { error, warning } from "../diagnostics.ts";
import { malformedVar } from "../messages/malformed-var.ts";
import type { JsonData } from "./json-data.ts";
import type { LegacyTemplate } from "./legacy-template.ts";
import { readLegacyVariableFiles } from "./legacy-variable-files.ts";
import type { LegacyContext } from "./legacy-context.ts";
import type { RawValue } from "./user-variables.ts";

/** What was given for each variable. Precedence, low to high: template, variable files in order, `-var`. */
export async function readGivenValues(context: LegacyContext): Promise<ReadonlyMap<string, RawValue>> {
  const { options, template, data, report } = context;
  const given = new Map(defaultsOf(template, data));
  const files = await readLegacyVariableFiles(options, report);
  for (const file of files) for (const [name, value] of file) given.set(name, value);
  for (const text of options.vars) {
    const equals = text.indexOf("=");
    if (equals < 1) report(malformedVar(text));
    else given.set(text.slice(0, equals), { text: text.slice(equals + 1), origin: "-var", range: undefined });
  }
  for (const [name, text] of template.variables) {
    if (text === null && !given.has(name)) report(unsetVariable(name, data));
  }
  for (const [name, { range }] of given) if (!template.variables.has(name)) reportUndeclared(name, range, context);
  return given;
}

function defaultsOf({ variables }: LegacyTemplate, data: JsonData): readonly (readonly [string, RawValue])[] {
  return [...variables].flatMap(([name, text]) => {
    if (text === null) return [];
    const range = data.rangeOf(data.root, ["variables", name]);
    return [[name, { text, origin: "default", range }] as const];
  });
}

function reportUndeclared(name: string, range: RawValue["range"], { options, template, report }: LegacyContext): void {
  if (range && options.undeclaredVariables === "ignore") return;
  const hint = didYouMean(name, template.variables.keys());
  const detail = `No variable "${name}" is declared in the template.${hint}`;
  report(warning("undeclared-variable", range, "Undeclared variable", detail));
}

const unsetVariable = (name: string, data: JsonData): Diagnostic =>
  error(
    "unset-variable",
    data.rangeOf(data.root, ["variables", name], "name"),
    "Unset variable",
    `The variable "${name}" has no value. Give it one with -var or -var-file.`,
  );
