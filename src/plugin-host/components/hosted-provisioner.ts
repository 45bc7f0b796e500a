import type { Machine, Provisioner } from "../../sdk/component.ts";
import type { Run } from "../../sdk/run.ts";
import type { Schema } from "../../sdk/schema/schema.ts";
import { remoteProvisioner } from "../calls/provisioner.ts";
import { runUi } from "../calls/run-ui.ts";
import { configCheck } from "./config-check.ts";
import { secretsOf, sentConfig } from "./config-parts.ts";
import { dataForPlugin, placeholders } from "./generated-data.ts";
import { startForRun, type HostedComponent, type Hosting } from "./hosting.ts";
import { isSecretName, type HostedConfig } from "./spec-schema.ts";
import { summaryOf } from "./summary.ts";

/** A provisioner in a plugin, as one of ours. */
export function hostedProvisioner(
  hosting: Hosting,
  hosted: HostedComponent,
  schema: Schema<HostedConfig>,
): Provisioner<HostedConfig> {
  const { type } = hosted;
  return {
    kind: "provisioner",
    type,
    summary: summaryOf(hosted),
    schema,
    rendersTemplates: true,
    hasHiddenInputs: true,
    checkFiles: configCheck({
      hosting,
      hosted,
      schema,
      placeholders: placeholders([]),
      ask: async (process, parts, options) => ({
        problem: await remoteProvisioner(process).prepare(parts, options),
      }),
    }),
    provision: (run, config, machine) => provision({ run, config, machine, hosting, hosted }),
  };
}

interface Work {
  readonly run: Run;
  readonly config: HostedConfig;
  readonly machine: Machine;
  readonly hosting: Hosting;
  readonly hosted: HostedComponent;
}

async function provision({ run, config, machine, hosting, hosted }: Work): Promise<void> {
  const { component } = hosted;
  const { signal } = run;
  for (const secret of secretsOf(config, isSecretName)) run.secret(secret);
  const { communicator, data } = machine;
  const names = placeholders(Object.keys(data));
  const sent = sentConfig({ hosting, hosted, config, build: run.build, placeholders: names });
  const process = await startForRun(run, hosting, {
    component,
    config: sent,
    prepare: (plugin) => remoteProvisioner(plugin).prepare(sent.parts, { signal }),
  });
  try {
    await remoteProvisioner(process).provision({ ui: runUi(run), communicator, data: dataForPlugin(data), signal });
  } finally {
    await process.stop();
  }
  signal.throwIfAborted();
}
