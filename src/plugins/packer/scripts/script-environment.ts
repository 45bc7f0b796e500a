import type { GeneratedData } from "../../../sdk/component.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";

export interface ScriptVariables {
  /** `NAME=value`, as `environment_vars`. */
  readonly environment_vars: readonly string[];
  /** Wins over `environment_vars`. */
  readonly env: Readonly<Record<string, string>>;
}

export type EnvironmentPairs = readonly (readonly [name: string, value: string])[];

/** What a script sees: the variables every script gets, then the user's, sorted by name. */
export function scriptEnvironment(run: Run, data: GeneratedData, variables: ScriptVariables): EnvironmentPairs {
  const given = variables.environment_vars.map((variable): [string, string] => {
    const at = variable.indexOf("=");
    return [variable.slice(0, at), variable.slice(at + 1)];
  });
  // Not an object: a user may call a variable `__proto__`.
  const all = new Map([
    ["PACKER_BUILD_NAME", run.build.sourceName],
    ["PACKER_BUILDER_TYPE", run.build.builderType],
    ...Object.entries(httpVariables(data)),
    ...given,
    ...Object.entries(variables.env),
  ]);
  for (const name of all.keys()) requireVariableName(name);
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** As POSIX has it for shells: any other name would be code where an assignment is written. */
export const isVariableName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

function requireVariableName(name: string): void {
  if (!isVariableName(name)) throw new BuildError(`"${name}" is no name of an environment variable`);
}

function httpVariables(data: GeneratedData): Record<string, string> {
  const address = data["PackerHTTPAddr"];
  if (!address) return {};
  return {
    PACKER_HTTP_ADDR: String(address),
    PACKER_HTTP_IP: String(data["PackerHTTPIP"]),
    PACKER_HTTP_PORT: String(data["PackerHTTPPort"]),
  };
}

/** Each pair through a format with two `%s` (name and value); a quote in a value is written `'"'"'`. */
export function formatEnvironment(pairs: EnvironmentPairs, format: string): string {
  for (const [name] of pairs) requireVariableName(name);
  const lines = pairs.map(([name, value]) => fill(format, [name, value.replaceAll("'", "'\"'\"'")]));
  return lines.join("");
}

/** `%s` is the next of the words that no `%s` has taken yet, `%[2]s` the second of those that are left. */
function fill(format: string, words: string[]): string {
  return format.replace(/%[sv]|%\[([12])\][sv]/g, (_, index?: string) => {
    if (index) return words[Number(index) - 1] ?? "";
    return words.shift() ?? "";
  });
}
