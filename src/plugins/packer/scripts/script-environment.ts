import type { GeneratedData } from "../../../sdk/component.ts";
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
  const all: Record<string, string> = {
    PACKER_BUILD_NAME: run.build.sourceName,
    PACKER_BUILDER_TYPE: run.build.builderType,
    ...httpVariables(data),
  };
  for (const variable of variables.environment_vars) {
    const at = variable.indexOf("=");
    all[variable.slice(0, at)] = variable.slice(at + 1);
  }
  Object.assign(all, variables.env);
  return Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
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
