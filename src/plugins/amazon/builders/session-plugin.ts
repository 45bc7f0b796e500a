import { runCommand, startCommand } from "../../../lib/process.ts";
import { sleep } from "../../../lib/retry.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";

/** Amazon's program that carries the data of Session Manager. */
export const PLUGIN = "session-manager-plugin";

export interface Plugin {
  /** It takes the session, which holds a token, from the environment: out of sight of other users. Since 1.2.497. */
  readonly readsEnvironment: boolean;
}

/** Rejects, with where to get it, when the program is not there. */
export async function findPlugin(env: Run["host"]["env"], signal: AbortSignal): Promise<Plugin> {
  try {
    const { stdout } = await runCommand(PLUGIN, ["--version"], { env, signal });
    return { readsEnvironment: isAtLeast(stdout, [1, 2, 497]) };
  } catch (cause) {
    signal.throwIfAborted();
    throw new BuildError(`Amazon's ${PLUGIN} cannot be started.`, {
      cause,
      hint: 'ssh_interface = "session_manager" needs it:\n    https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html',
    });
  }
}

function isAtLeast(printed: string, wanted: readonly number[]): boolean {
  const found = printed.trim().split(".").map(Number);
  const different = wanted.findIndex((part, index) => found[index] !== part);
  return different === -1 || (found[different] ?? 0) > wanted[different]!;
}

export interface RunningPlugin {
  readonly pid: number | undefined;
  /** Rejects when the program cannot be started. */
  readonly started: Promise<void>;
  /** The port is open (or nothing was heard of it for a minute); rejects when the program ends before. */
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

interface PluginInput {
  /** The answer to StartSession. */
  readonly session: object;
  readonly request: object;
  readonly region: string;
  readonly profile: string;
}

const SESSION_VARIABLE = "AWS_SSM_START_SESSION_RESPONSE";
const OPEN_MS = 60_000;

/**
 * The arguments are those that `aws ssm start-session` gives the program: the session (or the name of the variable that
 * holds it), the region, the operation, the profile, the request, and the endpoint.
 */
export function startPlugin(run: Pick<Run, "host" | "debug">, plugin: Plugin, input: PluginInput): RunningPlugin {
  const session = JSON.stringify(input.session);
  const { env } = run.host;
  const args = [
    plugin.readsEnvironment ? SESSION_VARIABLE : session,
    input.region,
    "StartSession",
    input.profile,
    JSON.stringify(input.request),
    endpointFor(env, input.region),
  ];
  let open = (): void => {};
  const isOpen = new Promise<void>((resolve) => (open = resolve));
  const last: string[] = [];
  const onLine = (line: string): void => {
    run.debug("ssm", line);
    if (last.push(line) > 5) last.shift();
    if (/waiting for connections|opened for sessionid/i.test(line)) open();
  };
  const command = startCommand(PLUGIN, args, { env: { ...env, [SESSION_VARIABLE]: session }, onLine });
  const ended = command.finished.then(
    () => {},
    () => {},
  );
  const tooEarly = ended.then(() => {
    throw new BuildError(`${PLUGIN} ended before the tunnel was open: ${last.join(" ").trim() || "it said nothing"}.`);
  });
  const ready = Promise.race([isOpen, tooEarly, sleep(OPEN_MS)]);
  ready.catch(() => {});
  tooEarly.catch(() => {});
  return {
    pid: command.pid,
    started: command.pid === undefined ? command.finished.then(() => {}) : Promise.resolve(),
    ready,
    ended,
    stop: () => command.stop(),
  };
}

function endpointFor(env: Run["host"]["env"], region: string): string {
  const given = env["AWS_ENDPOINT_URL_SSM"] || env["AWS_ENDPOINT_URL"];
  return given || `https://ssm.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}
