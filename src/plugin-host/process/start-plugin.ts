import { lstat, unlink } from "node:fs/promises";
import type { OwnedProcess } from "../../owned/owned-process.ts";
import { PLUGIN_VARIABLE } from "../../owned/run-processes.ts";
import type { Connections } from "../thread/connections.ts";
import type { PluginAddress } from "../thread/messages.ts";
import type { Broker } from "../wire/broker.ts";
import { programProblem } from "./check-program.ts";
import { startChild, type Child } from "./child.ts";
import { parseHandshake } from "./handshake.ts";
import { cannotStart, startProblem } from "./plugin-failure.ts";
import { LogRing, parseLogLine, type LogLine } from "./plugin-log.ts";

export interface Launch {
  readonly path: string;
  readonly args: readonly string[];
  /** `The plugin "docker" (builder)`, for messages. */
  readonly what: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly connections: Connections;
  readonly signal: AbortSignal;
  readonly mark?: string | undefined;
  /** The line in the journal, which was written already. */
  readonly owned?: OwnedProcess | undefined;
  readonly onLog?: ((line: LogLine) => void) | undefined;
  /** How long it may take to say where it listens. Default 1 min. */
  readonly handshakeMs?: number | undefined;
}

/** A plugin that was started and connected to. */
export interface Launched {
  readonly child: Child;
  readonly broker: Broker;
  readonly log: LogRing;
}

/** The cookie keeps people from starting plugins by hand, and is no secret; the ports matter on Windows only. Source: Packer's SDK, `plugin/server.go`. */
const environment = {
  [PLUGIN_VARIABLE]: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
  PACKER_PLUGIN_MIN_PORT: "10000",
  PACKER_PLUGIN_MAX_PORT: "25000",
};

/** Starts a plugin, waits for its first line, connects. Whatever goes wrong, nothing of it is left running. */
export async function launchPlugin(launch: Launch): Promise<Launched> {
  const { what, path, signal, connections } = launch;
  signal.throwIfAborted();
  const problem = await programProblem(path);
  if (problem !== undefined) throw cannotStart(what, path, problem);
  const log = new LogRing();
  if (launch.onLog) log.follow(launch.onLog);
  const firstLine = new FirstLine();
  const child = await startChild(path, {
    args: launch.args,
    env: { ...launch.env, ...environment },
    cwd: launch.cwd,
    mark: launch.mark,
    onStdout: (line) => firstLine.take(line),
    onStderr: (line) => log.add(parseLogLine(line)),
  }).catch((error: unknown) => {
    throw cannotStart(what, path, startProblem(error), error);
  });
  let address: PluginAddress | undefined;
  try {
    await launch.owned?.started(child.pid);
    const handshake = parseHandshake(await waitForLine(firstLine, child, { launch, log }));
    if ("problem" in handshake) throw cannotStart(what, path, handshake.problem);
    address = handshake.address;
    return { child, log, broker: await connections.connect(address) };
  } catch (error) {
    child.kill();
    await child.ended;
    if (address?.network === "unix") await removeSocket(address.path);
    await launch.owned?.ended();
    throw error;
  }
}

/** The first line a plugin writes; what follows is read and dropped. */
class FirstLine {
  #resolve!: (line: string) => void;
  readonly line = new Promise<string>((resolve) => (this.#resolve = resolve));

  take(line: string): void {
    this.#resolve(line);
  }
}

async function waitForLine(
  { line }: FirstLine,
  child: Child,
  { launch, log }: { readonly launch: Launch; readonly log: LogRing },
): Promise<string> {
  const { what, path, signal, handshakeMs = 60_000 } = launch;
  const over = new AbortController();
  const until = { once: true, signal: over.signal };
  try {
    return await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => {
        const waited = `It did not say within ${handshakeMs / 1000} s where it listens.`;
        reject(cannotStart(what, path, waited + lastWords(log)));
      }, handshakeMs);
      over.signal.addEventListener("abort", () => clearTimeout(late));
      signal.addEventListener("abort", () => reject(signal.reason as Error), until);
      line.then(resolve, reject);
      void child.drained.then(async () => {
        const { code, signal: name } = await child.ended;
        const how = name === null ? `exit code ${code}` : name;
        reject(cannotStart(what, path, `It ended at once, with ${how}.${lastWords(log)}`));
      });
    });
  } finally {
    over.abort();
  }
}

function lastWords(log: LogRing): string {
  const lines = log.lines.slice(-5).map(({ text }) => `\n    ${text}`);
  return lines.length === 0 ? "" : ` It said:${lines.join("")}`;
}

/** A plugin removes its socket when somebody connects. The path is the plugin's word, so only a socket is removed. */
async function removeSocket(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats?.isSocket() === true) await unlink(path).catch(() => {});
}
