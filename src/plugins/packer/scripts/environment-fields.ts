import { list, map, text } from "../../../sdk/schema/field.ts";
import { error, rule } from "../../../sdk/schema/rules.ts";
import type { ConfigIssue } from "../../../sdk/schema/schema.ts";

/** The environment of scripts, here and in the machine. */
export const scriptEnvironmentFields = {
  environment_vars: list(text("`NAME=value`"), "Environment of the scripts.").default([]),
  env: map(text("A value."), "Environment of the scripts, as a map. Wins over `environment_vars`.").default({}),
};

export const scriptEnvironmentRule = rule(scriptEnvironmentFields, ["environment_vars"], ({ environment_vars }) =>
  environment_vars.flatMap(variableIssues),
);

export function variableIssues(variable: string, index: number): ConfigIssue[] {
  if (/^[^=\s]+=/.test(variable)) return [];
  const detail = 'An environment variable is written "NAME=value".';
  return [error("invalid-argument", ["environment_vars", index], "Invalid value", detail)];
}
