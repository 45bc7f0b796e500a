import { list, map, text } from "../../../sdk/schema/field.ts";
import { error, rule } from "../../../sdk/schema/rules.ts";
import type { ConfigIssue } from "../../../sdk/schema/schema.ts";
import { isVariableName } from "./script-environment.ts";

/** The environment of scripts, here and in the machine. */
export const scriptEnvironmentFields = {
  environment_vars: list(text("`NAME=value`"), "Environment of the scripts.").default([]),
  env: map(text("A value."), "Environment of the scripts, as a map. Wins over `environment_vars`.").default({}),
};

export const scriptEnvironmentRule = rule(
  scriptEnvironmentFields,
  ["environment_vars", "env"],
  ({ environment_vars, env }) => environmentIssues(environment_vars, Object.keys(env)),
);

/** What is wrong with the names in `environment_vars` and in `env`. */
export function environmentIssues(variables: readonly string[], names: readonly string[]): ConfigIssue[] {
  return [...variables.flatMap(variableIssues), ...names.flatMap((name) => nameIssues(name, ["env", name]))];
}

function variableIssues(variable: string, index: number): ConfigIssue[] {
  const path = ["environment_vars", index] as const;
  const at = variable.indexOf("=");
  if (at > 0) return nameIssues(variable.slice(0, at), path);
  return [error("invalid-argument", path, "Invalid value", 'An environment variable is written "NAME=value".')];
}

function nameIssues(name: string, path: ConfigIssue["path"]): ConfigIssue[] {
  if (isVariableName(name)) return [];
  const detail = `"${name}" is no name of an environment variable: letters, digits and _, not beginning with a digit.`;
  return [error("invalid-argument", path, "Invalid value", detail)];
}
