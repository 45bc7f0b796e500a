import { availableParallelism } from "node:os";
import { limited } from "../../lib/limited.ts";
import type { Run, RunOptions } from "../../sdk/run.ts";
import type { RunFacts } from "../calls/plugin-config.ts";
import type { FactsCache } from "../installed/facts-cache.ts";
import type { PluginComponent, PluginHost } from "../plugin-host.ts";
import type { LogLine } from "../process/plugin-log.ts";
import type { PluginProcess } from "../process/plugin-process.ts";
import type { ConfigSpec } from "../wire/config-spec.ts";
import { refuseConfig } from "./problems.ts";
import type { PreparedProcesses } from "./prepared-processes.ts";
import type { SentConfig } from "./sent-config.ts";

/** What the components of plugins need of the command they are used by. */
export interface Hosting {
  readonly host: PluginHost;
  readonly cache: FactsCache;
  /** The environment of the processes. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths of their configuration start. */
  readonly cwd: string;
  readonly options: RunOptions;
  /** The version of Packer whose behaviour is promised. */
  readonly coreVersion: string;
  readonly signal: AbortSignal;
  readonly template: TemplateFacts;
  readonly brief: Brief;
  readonly prepared: PreparedProcesses;
}

/** What plugins are told of a template. */
interface TemplateFacts {
  /** Those of a legacy template, which plugins put in for `{{ user }}` themselves. */
  readonly userVariables?: ReadonlyMap<string, string | undefined> | undefined;
  readonly sensitiveVariables: readonly string[];
  /** Of a legacy template. Absolute. */
  readonly templatePath?: string | undefined;
}

/** A component in one of the plugins that are installed. */
export interface HostedComponent {
  /** In templates. */
  readonly type: string;
  readonly component: PluginComponent;
  /** Of the binary. */
  readonly sha256: string;
  /** `github.com/hashicorp/docker` */
  readonly source: string;
  readonly version: string;
  /** `github.com/hashicorp/docker 1.1.2` */
  readonly origin: string;
  /** What it takes, as it says itself; known when it is loaded. */
  readonly spec?: ConfigSpec | undefined;
}

/** Asks a component something in a process that lives no longer than that. */
export type Brief = <Result>(question: Question<Result>) => Promise<Result>;

interface Question<Result> {
  readonly hosting: Pick<Hosting, "host" | "env" | "cwd" | "signal">;
  readonly component: PluginComponent;
  readonly ask: (plugin: PluginProcess) => Promise<Result>;
}

/** At most as many processes at once as there are processors: a hundred sources do not make a hundred. */
export function createBrief(): Brief {
  const turns = limited<() => Promise<void>, void>(Math.max(2, availableParallelism()), (body) => body());
  return async ({ hosting, component, ask }) => {
    let answer: { readonly value: Awaited<ReturnType<typeof ask>> } | undefined;
    await turns(async () => {
      const { host, env, cwd, signal } = hosting;
      const plugin = await host.start(component, { env, cwd, signal });
      try {
        answer = { value: await ask(plugin) };
      } finally {
        await plugin.stop();
      }
    });
    return answer!.value;
  };
}

interface Starting {
  readonly component: PluginComponent;
  readonly config: SentConfig;
  /** Whether an artifact still needs the process at the end of the build. */
  readonly keep?: () => boolean;
  /** Gives it its configuration. The plugin's text where something is wrong. */
  readonly prepare: (process: PluginProcess) => Promise<string | undefined>;
}

/**
 * Starts a component for a run and prepares it: its process is in the journal before it makes anything. Where the check
 * of the template has prepared one, that one runs.
 */
export async function startForRun(
  run: Run,
  { host, cwd, prepared }: Hosting,
  starting: Starting,
): Promise<PluginProcess> {
  const { component, config, keep, prepare } = starting;
  const { plugin } = component;
  const onLog = ({ text }: LogLine): void => run.debug(`plugin ${plugin}`, text);
  const waiting = prepared.take(component, config);
  const process = await run.step(`start the plugin ${plugin}`, (step) => {
    const owner = { runId: run.runId, step, keep };
    if (waiting) return waiting.giveTo(owner, onLog);
    return host.start(component, { env: run.host.env, cwd, signal: run.signal, owner, onLog });
  });
  if (!waiting) refuseConfig(await prepare(process), plugin);
  return process;
}

/** What a component is told of a run before its own configuration. */
export function factsOf(
  { options, coreVersion }: Pick<Hosting, "options" | "coreVersion">,
  build: { readonly sourceName: string; readonly builderType: string },
): RunFacts {
  const { debug, force, onError } = options;
  return {
    buildName: build.sourceName,
    builderType: build.builderType,
    debug,
    force,
    // Packer leaves it empty where nothing was asked for.
    onError: onError === "cleanup" ? "" : onError,
    coreVersion,
  };
}
