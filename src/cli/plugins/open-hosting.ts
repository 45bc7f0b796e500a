import { createBrief, type Brief } from "../../plugin-host/components/hosting.ts";
import { createPreparedProcesses, type EarlyRun } from "../../plugin-host/components/prepared-processes.ts";
import { createPluginHost } from "../../plugin-host/plugin-host.ts";
import { startThread } from "../../plugin-host/thread/start-thread.ts";
import type { Emit } from "../../sdk/event.ts";
import type { Host } from "../../sdk/host.ts";
import type { RunOptions } from "../../sdk/run.ts";
import type { RegistryTemplate } from "../../template/load-options.ts";
import { COMPATIBLE_PACKER_VERSION } from "../../lib/packer-version.ts";
import type { PluginLock } from "../../plugin-host/install/plugin-lock.ts";
import { hostedComponents, type HostedComponents } from "./hosted-components.ts";
import { readLockFile } from "./lock-file.ts";
import { openPluginWorld } from "./plugin-world.ts";

export interface PluginRoomOptions {
  readonly host: Host;
  readonly options: RunOptions;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** No development builds. */
  readonly releasesOnly: boolean;
  /** Where something is to be built. */
  readonly run?: EarlyRun | undefined;
}

interface OpenHosting {
  readonly components: HostedComponents;
  close(): Promise<void>;
}

/** The plugins of this machine, ready to be started for a template. */
export async function openHosting(
  { host, options, emit, signal, run, releasesOnly }: PluginRoomOptions,
  facts: Omit<RegistryTemplate, "requiredPlugins">,
): Promise<OpenHosting> {
  const world = { ...(await openPluginWorld(host, signal)), releasesOnly };
  const pluginHost = createPluginHost({ startThread });
  const { env, cwd } = host;
  const closing = new AbortController();
  const untilClosed = AbortSignal.any([signal, closing.signal]);
  const running = new Set<Promise<unknown>>();
  const ask = createBrief();
  const brief: Brief = (question) => noted(running, ask(question));
  const prepared = createPreparedProcesses({ host: pluginHost, env, cwd, signal: untilClosed, run });
  const hosting = {
    host: pluginHost,
    cache: world.cache,
    env,
    cwd,
    prepared,
    options,
    coreVersion: COMPATIBLE_PACKER_VERSION,
    signal: untilClosed,
    template: facts,
    brief,
  };
  let locked: Promise<PluginLock> | undefined;
  const lock = (): Promise<PluginLock> => (locked ??= readLockFile(facts.directory));
  const close = async (): Promise<void> => {
    // What fails may do so while others are being started: a plugin that nobody connects to would wait for ever.
    closing.abort(new Error("imgbuild needs the plugins no more"));
    await Promise.allSettled(running);
    await prepared.close();
    await pluginHost.close();
  };
  return { components: hostedComponents({ world, hosting, emit, lock }), close };
}

function noted<Result>(running: Set<Promise<unknown>>, work: Promise<Result>): Promise<Result> {
  running.add(work);
  void work.catch(() => {}).then(() => running.delete(work));
  return work;
}
