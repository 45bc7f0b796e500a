import { malformedVar } from "../messages/variables.ts";
import type { JsonData } from "./json-data.ts";
import type { LegacyTemplate } from "./legacy-template.ts";
import { readLegacyVariableFiles } from "./legacy-variable-files.ts";
import type { LegacyContext } from "./legacy-context.ts";
import type { RawValue } from "./user-variables.ts";
import { undeclaredVariable, unsetVariable } from "../messages/legacy.ts";
import { userVariablesRead } from "./user-calls.ts";

export type GivenValues = ReadonlyMap<string, RawValue>;

/** What was given for each variable. Precedence, low to high: template, variable files in order, `-var`. */
export async function readGivenValues(context: LegacyContext): Promise<GivenValues> {
  const { options, template, data, report } = context;
  const given = new Map(defaultsOf(template, data));
  const files = await readLegacyVariableFiles(options, report);
  for (const file of files) for (const [name, value] of file) given.set(name, value);
  for (const text of options.vars) {
    const equals = text.indexOf("=");
    if (equals < 1) report(malformedVar(text));
    else given.set(text.slice(0, equals), { text: text.slice(equals + 1), origin: "-var", range: undefined });
  }
  const known = new Set([...template.variables.keys(), ...userVariablesRead(template, data)]);
  for (const [name, { range }] of given) {
    const isIgnored = range !== undefined && options.undeclaredVariables === "ignore";
    if (!known.has(name) && !isIgnored) report(undeclaredVariable(name, template.variables.keys(), range));
  }
  return given;
}

/** Variables that want a value, and were given none. */
export function reportUnset(given: GivenValues, { template, data, report }: LegacyContext): void {
  for (const [name, text] of template.variables) {
    if (text === null && !given.has(name))
      report(unsetVariable(name, data.rangeOf(data.root, ["variables", name], "name")));
  }
}

function defaultsOf({ variables }: LegacyTemplate, data: JsonData): readonly (readonly [string, RawValue])[] {
  return [...variables].flatMap(([name, text]) => {
    if (text === null) return [];
    const range = data.rangeOf(data.root, ["variables", name]);
    return [[name, { text, origin: "default", range }] as const];
  });
}
