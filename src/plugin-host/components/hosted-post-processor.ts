import type { Artifact } from "../../sdk/artifact.ts";
import type { PostProcessed, PostProcessor } from "../../sdk/component.ts";
import type { Run } from "../../sdk/run.ts";
import type { Schema } from "../../sdk/schema/schema.ts";
import { remotePostProcessor } from "../calls/post-processor.ts";
import { runUi } from "../calls/run-ui.ts";
import { configCheck } from "./config-check.ts";
import { secretsOf, sentConfig } from "./config-parts.ts";
import { placeholders } from "./generated-data.ts";
import { startForRun, type HostedComponent, type Hosting } from "./hosting.ts";
import { readArtifact } from "./read-artifact.ts";
import { isSecretName, type HostedConfig } from "./spec-schema.ts";
import { summaryOf } from "./summary.ts";

/** A post-processor in a plugin, as one of ours. */
export function hostedPostProcessor(
  hosting: Hosting,
  hosted: HostedComponent,
  schema: Schema<HostedConfig>,
): PostProcessor<HostedConfig> {
  const { type } = hosted;
  return {
    kind: "post-processor",
    type,
    summary: summaryOf(hosted),
    schema,
    rendersTemplates: true,
    checkFiles: configCheck({
      hosting,
      hosted,
      schema,
      placeholders: placeholders([]),
      ask: async (process, parts, options) => ({
        problem: await remotePostProcessor(process).configure(parts, options),
      }),
    }),
    process: (run, config, input) => postProcess({ run, config, input, hosting, hosted }),
  };
}

interface Work {
  readonly run: Run;
  readonly config: HostedConfig;
  readonly input: Artifact;
  readonly hosting: Hosting;
  readonly hosted: HostedComponent;
}

async function postProcess({ run, config, input, hosting, hosted }: Work): Promise<PostProcessed> {
  const { component } = hosted;
  const { signal } = run;
  for (const secret of secretsOf(config, isSecretName)) run.secret(secret);
  let isStillNeeded = false;
  const sent = sentConfig({ hosting, hosted, config, build: run.build, placeholders: placeholders([]) });
  const process = await startForRun(run, hosting, {
    component,
    config: sent,
    keep: () => isStillNeeded,
    prepare: (plugin) => remotePostProcessor(plugin).configure(sent.parts, { signal }),
  });
  const remote = remotePostProcessor(process);
  const { artifact, keepInput, overridesUser } = await remote.process({ ui: runUi(run), artifact: input, signal });
  signal.throwIfAborted();
  isStillNeeded = artifact !== undefined;
  const made = artifact && (await readArtifact(artifact, hosting.cwd));
  return { artifact: made, keepInput, mustKeepInput: overridesUser && keepInput };
}
