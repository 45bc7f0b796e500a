import type { CheckPlaces } from "../../sdk/component.ts";
import type { ConfigIssue, Schema } from "../../sdk/schema/schema.ts";
import type { AskOptions } from "../calls/schema-call.ts";
import type { ConfigPart } from "../calls/plugin-config.ts";
import type { PluginProcess } from "../process/plugin-process.ts";
import type { WireMap } from "../wire/wire-value.ts";
import { sentConfig } from "./config-parts.ts";
import type { HostedComponent, Hosting } from "./hosting.ts";
import type { Verdict } from "./prepared-processes.ts";
import { problemIssues, warningIssues } from "./problems.ts";
import type { HostedConfig } from "./spec-schema.ts";

export interface ConfigQuestion {
  readonly hosting: Hosting;
  readonly hosted: HostedComponent;
  readonly schema: Schema<HostedConfig>;
  readonly placeholders?: WireMap | undefined;
  readonly ask: (process: PluginProcess, parts: readonly ConfigPart[], options: AskOptions) => Promise<Verdict>;
}

/** `checkFiles` of a component in a plugin, which is asked what it thinks of the configuration. */
export function configCheck(
  question: ConfigQuestion,
): (config: HostedConfig, places: CheckPlaces) => Promise<readonly ConfigIssue[]> {
  const { hosting, hosted, schema, placeholders, ask } = question;
  const { type, component } = hosted;
  const checker = { plugin: component.plugin, names: Object.keys(schema.object.shape) };
  return async (config, { build = { sourceName: type, builderType: type } }) => {
    const sent = sentConfig({ hosting, hosted, config, build, placeholders });
    const askOne = (process: PluginProcess) => ask(process, sent.parts, { signal: hosting.signal });
    const { problem, warnings = [] } = await hosting.prepared.check({ component, config: sent, ask: askOne });
    return [...problemIssues(problem, config, checker), ...warningIssues(warnings, config, checker)];
  };
}
