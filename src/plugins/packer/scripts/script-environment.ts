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
  const address = data["PackerHTTPAddr"];
  const all: Record<string, string> = {
    PACKER_BUILD_NAME: run.build.sourceName,
    PACKER_BUILDER_TYPE: run.build.builderType,
    ...(address === undefined || address === ""
      ? {}
      : {
          PACKER_HTTP_ADDR: String(address),
          PACKER_HTTP_IP: String(data["PackerHTTPIP"]),
          PACKER_HTTP_PORT: String(data["PackerHTTPPort"]),
        }),
  };
  for (const variable of variables.environment_vars) {
    const at = variable.indexOf("=");
    all[variable.slice(0, at)] = variable.slice(at + 1);
  }
  Object.assign(all, variables.env);
  return Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Each pair through a format with two `%s` (name and value); a quote in a value is written `'"'"'`. */
export function formatEnvironment(pairs: EnvironmentPairs, format: string): string {
  return pairs.map(([name, value]) => fill(format, name, value.replaceAll("'", `'"'"'`))).join("");
}

function fill(format: string, name: string, value: string): string {
  const words = [name, value];
  return format.replace(
    /%[sv]|%\[([12])\][sv]/g,
    (_, index?: string) => (index ? words[Number(index) - 1] : words.shift()) ?? "",
  );
}
