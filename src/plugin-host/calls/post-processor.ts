import type { Artifact } from "../../sdk/artifact.ts";
import { RefusedByPlugin } from "../process/refused-by-plugin.ts";
import type { PluginProcess } from "../process/plugin-process.ts";
import type { ConfigSpec } from "../wire/config-spec.ts";
import { asCount, asErrorText, asFlag, asMap } from "../wire/wire-value.ts";
import { artifactService } from "./artifact-service.ts";
import { callWithServices } from "./call-with-services.ts";
import { configsArgument, type ConfigPart } from "./plugin-config.ts";
import { problemOf } from "./problem-of.ts";
import { dialArtifact, type RemoteArtifact } from "./remote-artifact.ts";
import { askSchema, type AskOptions } from "./schema-call.ts";
import { uiService, type PluginUi } from "./ui-service.ts";

/** A post-processor in a plugin. */
export interface RemotePostProcessor {
  configSpec(options: AskOptions): Promise<ConfigSpec>;
  /** The plugin's text where something is wrong. With plain maps only once in the life of the process. */
  configure(parts: readonly ConfigPart[], options: AskOptions): Promise<string | undefined>;
  process(work: PostProcessorWork): Promise<RemoteResult>;
}

interface PostProcessorWork {
  readonly ui: PluginUi;
  readonly artifact: Artifact;
  /** Aborting asks the post-processor to stop; `process` settles when it has. */
  readonly signal: AbortSignal;
}

interface RemoteResult {
  /** `undefined` ends the chain. It may stand for the one that was given, and refer to it. */
  readonly artifact: RemoteArtifact | undefined;
  readonly keepInput: boolean;
  /** Whatever the user said about keeping the input, `keepInput` counts. */
  readonly overridesUser: boolean;
}

export function remotePostProcessor(plugin: PluginProcess): RemotePostProcessor {
  return {
    configSpec: (options) => askSchema(plugin, "PostProcessor.ConfigSpec", options),
    configure: (parts, options) =>
      problemOf(plugin, "PostProcessor.Configure", { argument: configsArgument(parts), options }),
    process: async ({ ui, artifact, signal }) => {
      const answer = await callWithServices(plugin, {
        method: "PostProcessor.PostProcess",
        argument: (id) => id,
        services: [artifactService(artifact), uiService(ui)],
        cancel: "PostProcessor.Cancel",
        doing: "processed the artifact",
        signal,
      });
      const { Err, Keep, ForceOverride, StreamId } = asMap(answer, "PostProcessor.PostProcess");
      const problem = asErrorText(Err, "an error");
      if (problem !== undefined) throw new RefusedByPlugin(problem.trim());
      const id = asCount(StreamId, "the number of an artifact");
      return {
        artifact: id === 0 ? undefined : await dialArtifact(plugin, id),
        keepInput: asFlag(Keep),
        overridesUser: asFlag(ForceOverride),
      };
    },
  };
}
