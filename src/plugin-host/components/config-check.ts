import type { ConfigIssue, Schema } from "../../sdk/schema/schema.ts";
import type { AskOptions } from "../calls/schema-call.ts";
import type { ConfigPart } from "../calls/plugin-config.ts";
import type { PluginProcess } from "../process/plugin-process.ts";
import { configParts } from "./config-parts.ts";
import type { HostedComponent, Hosting } from "./hosting.ts";
import { problemIssues, warningIssues } from "./problems.ts";
import type { HostedConfig } from "./spec-schema.ts";

/** What a plugin says of a configuration. */
interface Verdict {
  readonly problem: string | undefined;
  readonly warnings?: readonly string[];
}

export interface ConfigQuestion {
  readonly hosting: Hosting;
  readonly hosted: HostedComponent;
  readonly schema: Schema<HostedConfig>;
  /** Beside the configuration itself. */
  readonly more?: readonly ConfigPart[];
  readonly ask: (process: PluginProcess, parts: readonly ConfigPart[], options: AskOptions) => Promise<Verdict>;
}

/** `checkFiles` of a component in a plugin: a process of a moment is asked what it thinks of the configuration. */
export function configCheck(question: ConfigQuestion): (config: HostedConfig) => Promise<readonly ConfigIssue[]> {
  const { hosting, hosted, schema, more = [], ask } = question;
  const { type, component } = hosted;
  const checker = { plugin: component.plugin, names: Object.keys(schema.object.shape) };
  return async (config) => {
    const parts = [...configParts(hosting, config, { sourceName: type, builderType: type }), ...more];
    const askOne = (process: PluginProcess) => ask(process, parts, { signal: hosting.signal });
    const { problem, warnings = [] } = await hosting.brief({ hosting, component, ask: askOne });
    return [...problemIssues(problem, config, checker), ...warningIssues(warnings, config, checker)];
  };
}
