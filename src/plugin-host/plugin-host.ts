import { randomBytes } from "node:crypto";
import { ownPluginProcess } from "../owned/plugin-process.ts";
import { RUN_VARIABLE } from "../owned/run-processes.ts";
import type { Step } from "../sdk/run.ts";
import type { LogLine } from "./process/plugin-log.ts";
import { connectService, type PluginProcess } from "./process/plugin-process.ts";
import { launchPlugin, type Launch } from "./process/start-plugin.ts";
import { createConnections, type ConnectionThread } from "./thread/connections.ts";

/** Starts components of Packer's plugins. Nothing happens, and nothing is kept, before the first one is started. */
export interface PluginHost {
  /**
   * Starts a process that serves one component, and connects to it. Give it a step wherever there is a run: the process
   * is then in the journal before it exists, and ends with the build at the latest. Without one, `stop` it.
   */
  start(component: PluginComponent, options: StartOptions): Promise<PluginProcess>;
  /**
   * Starts one for a run whose journal is not there yet, while the template is checked. Until it is given to the run it
   * only checks its configuration, and ends by itself when imgbuild does.
   */
  startEarly(component: PluginComponent, options: EarlyOptions): Promise<EarlyProcess>;
  /** Lets go of everything. Processes that were not stopped end by themselves. */
  close(): Promise<void>;
}

export type PluginComponentKind = "builder" | "provisioner" | "post-processor" | "datasource";

export interface PluginComponent {
  /** Of the binary. */
  readonly path: string;
  /** The plugin's short name, for messages: `docker`. */
  readonly plugin: string;
  readonly kind: PluginComponentKind;
  /** As the binary describes it. */
  readonly name: string;
  /** Whether it speaks the second version of the protocol, in which schemas and values can be read. */
  readonly protobuf: boolean;
}

export interface StartOptions {
  /** The complete environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths of its configuration start. */
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly owner?: ProcessOwner | undefined;
  readonly onLog?: ((line: LogLine) => void) | undefined;
  readonly handshakeMs?: number | undefined;
}

interface EarlyOptions extends Pick<StartOptions, "env" | "cwd" | "signal"> {
  readonly runId: string;
}

export interface EarlyProcess {
  readonly process: PluginProcess;
  /** Writes it to the journal, before it makes anything. */
  giveTo(owner: ProcessOwner, onLog: (line: LogLine) => void): Promise<PluginProcess>;
}

interface ProcessOwner {
  readonly runId: string;
  readonly step: Pick<Step, "own">;
  /** Asked at the end of the build: whether an artifact still needs the process, which then lives until `close`. */
  readonly keep?: (() => boolean) | undefined;
}

/** What a component is called that has the name of its plugin. */
export const DEFAULT_COMPONENT = "-packer-default-plugin-name-";

/** `startThread`: see `thread/start-thread.ts`. */
export function createPluginHost({ startThread }: { readonly startThread: () => ConnectionThread }): PluginHost {
  const connections = createConnections(startThread);
  return {
    start: (component, options) => start({ ...launchOf(component, options), connections }, options.owner),
    startEarly: (component, options) => startEarly({ ...launchOf(component, options), connections }, options.runId),
    close: () => connections.close(),
  };
}

function launchOf(
  component: PluginComponent,
  options: StartOptions & Partial<EarlyOptions>,
): Omit<Launch, "connections"> {
  const { plugin, kind, name, path, protobuf } = component;
  const { env, cwd, signal, onLog, handshakeMs, owner } = options;
  const runId = options.runId ?? owner?.runId;
  const word = kind === "datasource" ? "data source" : kind;
  const title = name === DEFAULT_COMPONENT ? plugin : `${plugin}-${name}`;
  return {
    path,
    args: ["start", kind, ...(protobuf ? ["--protobuf"] : []), name],
    what: `The ${word} "${title}" of the plugin ${plugin}`,
    env: runId === undefined ? env : { ...env, [RUN_VARIABLE]: runId },
    cwd,
    signal,
    onLog,
    handshakeMs,
  };
}

async function start(launch: Launch, owner: ProcessOwner | undefined): Promise<PluginProcess> {
  if (owner === undefined) return connect(launch);
  const mark = newMark(owner.runId);
  let started: PluginProcess | undefined;
  const undo = async (): Promise<void> => (owner.keep?.() ? undefined : started?.stop());
  const owned = await ownPluginProcess(owner.step, { mark, program: launch.path, undo });
  return (started = await connect({ ...launch, mark, owned }));
}

async function startEarly(launch: Launch, runId: string): Promise<EarlyProcess> {
  const mark = newMark(runId);
  const process = await connect({ ...launch, mark });
  return {
    process,
    giveTo: async (owner, onLog) => {
      try {
        const undo = async (): Promise<void> => (owner.keep?.() ? undefined : process.stop());
        const owned = await ownPluginProcess(owner.step, { mark, program: launch.path, undo });
        process.adopt(owned, onLog);
        await owned.started(process.pid);
        return process;
      } catch (error) {
        await process.stop();
        throw error;
      }
    },
  };
}

const newMark = (runId: string): string => `imgbuild-plugin-${runId}-${randomBytes(4).toString("hex")}`;

async function connect(launch: Launch): Promise<PluginProcess> {
  const launched = await launchPlugin(launch);
  try {
    return await connectService(launched, launch);
  } catch (error) {
    launched.child.kill();
    await launched.child.ended;
    await launch.owned?.ended();
    throw error;
  }
}
