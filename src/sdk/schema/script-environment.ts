import { list, map, text } from "./field.ts";
import { error, rule } from "./rules.ts";
import type { ConfigIssue } from "./schema.ts";

/** The environment of scripts, here and in the machine. */
export const scriptEnvironmentFields = {
  environment_vars: list(text("`NAME=value`"), "Environment of the scripts.").default([]),
  env: map(text("A value."), "Environment of the scripts, as a map. Wins over `environment_vars`.").default({}),
};

export const scriptEnvironmentRule = rule(["environment_vars"], ({ environment_vars }) => {
  const variables = (environment_vars as readonly unknown[] | undefined) ?? [];
  return variables.flatMap((variable, index) => (/^[^=\s]+=/.test(String(variable)) ? [] : [malformed(index)]));
});

const malformed = (index: number): ConfigIssue =>
  error(
    "invalid-argument",
    ["environment_vars", index],
    "Invalid value",
    'An environment variable is written "NAME=value".',
  );
