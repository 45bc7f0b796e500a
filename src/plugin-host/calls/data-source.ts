import type { PluginProcess } from "../process/plugin-process.ts";
import { RefusedByPlugin } from "../process/refused-by-plugin.ts";
import type { ConfigSpec } from "../wire/config-spec.ts";
import { decodeCtyValue, type TypedValue } from "../wire/cty-message-pack.ts";
import { ProtocolError } from "../wire/wire-error.ts";
import { asBytes, asErrorText, asMap } from "../wire/wire-value.ts";
import { configsArgument, type ConfigPart } from "./plugin-config.ts";
import { problemOf } from "./problem-of.ts";
import { askSchema, type AskOptions } from "./schema-call.ts";

/** A data source in a plugin. It must have been started with `protobuf`: its answers are not read otherwise. */
export interface RemoteDataSource {
  configSpec(options: AskOptions): Promise<ConfigSpec>;
  /** What it gives. */
  outputSpec(options: AskOptions): Promise<ConfigSpec>;
  /** The plugin's text where something is wrong. */
  configure(parts: readonly ConfigPart[], options: AskOptions): Promise<string | undefined>;
  execute(options: Pick<AskOptions, "signal">): Promise<TypedValue>;
}

export function remoteDataSource(plugin: PluginProcess): RemoteDataSource {
  const execute = async ({ signal }: Pick<AskOptions, "signal">): Promise<TypedValue> => {
    const doing = "read its data";
    const answer = asMap(await plugin.call("Datasource.Execute", null, { doing, signal }), "Datasource.Execute");
    const problem = asErrorText(answer["Error"], "an error");
    if (problem !== undefined) throw new RefusedByPlugin(problem.trim());
    try {
      return decodeCtyValue(asBytes(answer["Value"], "a value"));
    } catch (error) {
      if (error instanceof ProtocolError) throw await plugin.explain(error, doing);
      throw error;
    }
  };
  return {
    configSpec: (options) => askSchema(plugin, "Datasource.ConfigSpec", options),
    outputSpec: (options) => askSchema(plugin, "Datasource.OutputSpec", options),
    configure: (parts, options) =>
      problemOf(plugin, "Datasource.Configure", { argument: configsArgument(parts), options }),
    execute,
  };
}
