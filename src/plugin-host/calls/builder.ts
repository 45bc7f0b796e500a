import type { PluginProcess } from "../process/plugin-process.ts";
import type { ConfigSpec } from "../wire/config-spec.ts";
import { asCount, asErrorText, asMap, asTexts } from "../wire/wire-value.ts";
import { callWithServices } from "./call-with-services.ts";
import { hookService, type PluginHook } from "./hook-service.ts";
import { configsArgument, type ConfigPart } from "./plugin-config.ts";
import { dialArtifact, type RemoteArtifact } from "./remote-artifact.ts";
import { askSchema, PREPARE_LIMIT_MS, type AskOptions } from "./schema-call.ts";
import { uiService, type PluginUi } from "./ui-service.ts";

/** A builder in a plugin. */
export interface RemoteBuilder {
  configSpec(options: AskOptions): Promise<ConfigSpec>;
  /** Checks the configuration and keeps it. With plain maps only once in the life of the process. */
  prepare(parts: readonly ConfigPart[], options: AskOptions): Promise<Prepared>;
  /** Only after a `prepare` without problem. `undefined`: it made no artifact, as when it was cancelled. */
  run(work: BuilderWork): Promise<RemoteArtifact | undefined>;
}

interface Prepared {
  /** Names that this builder adds to `build.*`. */
  readonly generatedVars: readonly string[];
  readonly warnings: readonly string[];
  /** The plugin's text; `splitProblems` makes sentences of it. */
  readonly problem: string | undefined;
}

interface BuilderWork {
  readonly ui: PluginUi;
  /** Called when there is a machine; by builders that have no way into it as well. */
  readonly hook: PluginHook;
  /** Aborting asks the builder to stop and to remove what it made; `run` settles when it has. */
  readonly signal: AbortSignal;
}

export function remoteBuilder(plugin: PluginProcess): RemoteBuilder {
  return {
    configSpec: (options) => askSchema(plugin, "Builder.ConfigSpec", options),
    prepare: async (parts, { signal, limitMs = PREPARE_LIMIT_MS }) => {
      const options = { doing: "checked its configuration", signal, limitMs };
      const answer = asMap(await plugin.call("Builder.Prepare", configsArgument(parts), options), "Builder.Prepare");
      return {
        generatedVars: asTexts(answer["GeneratedVars"], "generated variables"),
        warnings: asTexts(answer["Warnings"], "warnings"),
        problem: asErrorText(answer["Error"], "an error"),
      };
    },
    run: async ({ ui, hook, signal }) => {
      const artifact = await callWithServices(plugin, {
        method: "Builder.Run",
        argument: (id) => id,
        services: [uiService(ui), hookService(plugin, hook)],
        cancel: "Builder.Cancel",
        doing: "ran",
        signal,
      });
      const id = asCount(artifact, "the number of an artifact");
      return id === 0 ? undefined : dialArtifact(plugin, id);
    },
  };
}
