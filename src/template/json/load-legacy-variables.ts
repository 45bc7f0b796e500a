import type { Diagnostic } from "../../language/diagnostic.ts";
import { mark } from "../../language/marks.ts";
import { STRING, stringValue, unknownValue, type Value } from "../../language/value.ts";
import type { InputVariable } from "../model.ts";
import type { GivenValues } from "./given-values.ts";
import type { LegacyContext } from "./legacy-context.ts";
import { UserVariables } from "./user-variables.ts";
import { variableFunctions } from "./variable-functions.ts";

export interface LegacyVariables {
  /** "" where there is no such variable. */
  get(name: string): string;
  /** Undefined after an error. */
  readonly values: ReadonlyMap<string, string | undefined>;
  /** Those the template declares, as its model has them. */
  readonly described: readonly InputVariable[];
}

/** Evaluates what was given for the user variables of a legacy template. */
export async function loadLegacyVariables(given: GivenValues, context: LegacyContext): Promise<LegacyVariables> {
  const { users, values, found } = await context.settle(() => evaluateVariables(given, context));
  context.report(...found);
  return { get: (name) => users.get(name), values, described: describeVariables(given, values, context) };
}

function evaluateVariables(given: GivenValues, context: LegacyContext) {
  const { template, options, library, templateFunctions, secrets } = context;
  const found: Diagnostic[] = [];
  const own = variableFunctions(options.host.env, library, (text) => secrets.add([text]));
  const users = new UserVariables(given, {
    functions: new Map([...templateFunctions, ...own]),
    isSensitive: (name) => template.sensitiveVariables.includes(name),
    secrets,
    report: (diagnostic) => void found.push(diagnostic),
  });
  return { users, values: users.all(), found };
}

function describeVariables(
  given: GivenValues,
  values: LegacyVariables["values"],
  { template }: LegacyContext,
): readonly InputVariable[] {
  return [...template.variables].map(([name, text]) => {
    const sensitive = template.sensitiveVariables.includes(name);
    const plain = valueOf(values.get(name));
    return {
      name,
      description: undefined,
      type: STRING,
      sensitive,
      required: text === null,
      written: text ?? undefined,
      value: sensitive ? mark(plain) : plain,
      origin: given.get(name)?.origin ?? "",
    };
  });
}

function valueOf(text: string | undefined): Value {
  if (text === undefined) return unknownValue(STRING);
  return stringValue(text);
}
