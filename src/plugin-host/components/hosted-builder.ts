import type { Artifact } from "../../sdk/artifact.ts";
import type { Builder, BuilderRun, Machine } from "../../sdk/component.ts";
import { ownPluginMachine, type OwnedMachine } from "../../owned/plugin-machine.ts";
import type { Schema } from "../../sdk/schema/schema.ts";
import { remoteBuilder } from "../calls/builder.ts";
import type { HookCall } from "../calls/hook-service.ts";
import type { RemoteArtifact } from "../calls/remote-artifact.ts";
import { runUi } from "../calls/run-ui.ts";
import { RefusedByPlugin } from "../process/refused-by-plugin.ts";
import { configCheck } from "./config-check.ts";
import { secretsOf, sentConfig } from "./config-parts.ts";
import { generatedDataOf, SECRET_DATA } from "./generated-data.ts";
import { startForRun, type HostedComponent, type Hosting } from "./hosting.ts";
import { noWayIn } from "./no-way-in.ts";
import { readArtifact } from "./read-artifact.ts";
import { isSecretName, type HostedConfig } from "./spec-schema.ts";
import { summaryOf } from "./summary.ts";

/** A builder in a plugin, as one of ours. */
export function hostedBuilder(
  hosting: Hosting,
  hosted: HostedComponent,
  schema: Schema<HostedConfig>,
): Builder<HostedConfig> {
  const { type } = hosted;
  return {
    kind: "builder",
    type,
    summary: summaryOf(hosted),
    schema,
    rendersTemplates: true,
    generatedData: "any",
    checkFiles: configCheck({
      hosting,
      hosted,
      schema,
      ask: (process, parts, options) => remoteBuilder(process).prepare(parts, options),
    }),
    build: (run, config) => build({ run, config, hosting, hosted }),
  };
}

interface Work {
  readonly run: BuilderRun;
  readonly config: HostedConfig;
  readonly hosting: Hosting;
  readonly hosted: HostedComponent;
}

async function build(work: Work): Promise<Artifact | undefined> {
  const { run, config, hosting, hosted } = work;
  for (const secret of secretsOf(config, isSecretName)) run.secret(secret);
  let artifact: RemoteArtifact | undefined;
  const sent = sentConfig({ hosting, hosted, config, build: run.build });
  const process = await startForRun(run, hosting, {
    component: hosted.component,
    config: sent,
    keep: () => artifact !== undefined,
    prepare: async (plugin) => (await remoteBuilder(plugin).prepare(sent.parts, { signal: run.signal })).problem,
  });
  const builder = remoteBuilder(process);
  const machine = await own(work);
  const provisioning = createProvisioning(work, machine);
  try {
    artifact = await builder.run({ ui: runUi(run), signal: run.signal, hook: provisioning.hook });
    await machine.settle();
  } catch (error) {
    await provisioning.end(error);
    // It has answered, and so it has cleaned up; unless it was asked not to.
    if (error instanceof RefusedByPlugin && run.options.onError !== "abort") await machine.settle();
    run.signal.throwIfAborted();
    throw provisioning.failure ?? error;
  }
  // A builder that is cancelled ends without an error.
  run.signal.throwIfAborted();
  return artifact && readArtifact(artifact, hosting.cwd);
}

function own({ run, hosted }: Work): Promise<OwnedMachine> {
  const machine = { plugin: hosted.component.plugin, type: hosted.type, build: run.build.name };
  return run.step("note what is made", (step) => ownPluginMachine(step, { runId: run.runId, machine }));
}

interface Provisioning {
  readonly hook: (call: HookCall) => Promise<void>;
  /** Why provisioning failed: the plugin says it in other words. */
  readonly failure: unknown;
  /** The builder has ended with this: what is still under way in its machine ends as well. Never rejects. */
  end(reason: unknown): Promise<void>;
}

function createProvisioning(work: Work, machine: OwnedMachine): Provisioning {
  const { run } = work;
  const lost = new AbortController();
  let underWay: Promise<unknown> = Promise.resolve();
  let failure: unknown;
  const machineOf = (call: HookCall): Machine => {
    const data = generatedDataOf(call.data);
    for (const name of SECRET_DATA) if (typeof data[name] === "string") run.secret(data[name]);
    const communicator = noWayIn(work) ?? call.communicator;
    return { communicator, data, lost: AbortSignal.any([lost.signal, call.signal]) };
  };
  const provision = async (call: HookCall): Promise<void> => {
    const provisioned = machineOf(call);
    await machine.identify(placeOf(provisioned.data));
    await run.provision(provisioned);
  };
  const hook = async (call: HookCall): Promise<void> => {
    if (call.name === "packer_cleanup_provision") return run.cleanUpAfterError(machineOf(call));
    if (call.name !== "packer_provision") return;
    const running = provision(call);
    underWay = running.catch(() => {});
    await running.catch((error: unknown) => {
      failure = error;
      throw error;
    });
  };
  return {
    hook,
    get failure() {
      return failure;
    },
    end: async (reason) => {
      lost.abort(reason);
      await underWay;
    },
  };
}

function placeOf(data: Readonly<Record<string, string | number>>): Readonly<Record<string, string | number>> {
  const entries = ["ID", "Host"].flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]] as const]));
  return Object.fromEntries(entries);
}
