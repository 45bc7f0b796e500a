import { runCommand, startCommand } from "../../../lib/process.ts";
import { sleep } from "../../../lib/retry.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";

/** Amazon's program that carries the data of Session Manager. */
export const PLUGIN = "session-manager-plugin";

export interface SsmPlugin {
  /** It reads the answer to StartSession, which holds a token, from the environment: out of sight of other users. Since 1.2.497. */
  readonly readsEnvironment: boolean;
}

/** Rejects, with where to get it, when the program is not there. */
export async function findPlugin(env: Run["host"]["env"], signal: AbortSignal): Promise<SsmPlugin> {
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
  /** The port is open (or the program has not reported on it within a minute); rejects when the program ends before. */
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

interface PluginInput {
  /** The request StartSession, and the answer to it. */
  readonly request: object;
  readonly answer: object;
  readonly region: string;
  readonly profile: string;
}

const ANSWER_VARIABLE = "AWS_SSM_START_SESSION_RESPONSE";
const OPEN_MS = 60_000;

/**
 * The arguments are those that `aws ssm start-session` gives the program: the answer to StartSession (or the name of the
 * variable that holds it), the region, the operation, the profile, the request, and the endpoint.
 */
export function startPlugin(run: Pick<Run, "host" | "debug">, plugin: SsmPlugin, input: PluginInput): RunningPlugin {
  const answer = JSON.stringify(input.answer);
  const { env } = run.host;
  const args = [
    plugin.readsEnvironment ? ANSWER_VARIABLE : answer,
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
  const command = startCommand(PLUGIN, args, { env: { ...env, [ANSWER_VARIABLE]: answer }, onLine });
  const finished = command.finished.then(() => {});
  const ended = finished.catch(() => {});
  const tooEarly = ended.then(() => {
    const output = last.join(" ").trim() || "it said nothing";
    throw new BuildError(`${PLUGIN} ended before the tunnel was open: ${output}.`);
  });
  const ready = Promise.race([isOpen, tooEarly, sleep(OPEN_MS)]);
  ready.catch(() => {});
  tooEarly.catch(() => {});
  return {
    pid: command.pid,
    started: command.pid === undefined ? finished : Promise.resolve(),
    ready,
    ended,
    stop: () => command.stop(),
  };
}

function endpointFor(env: Run["host"]["env"], region: string): string {
  const given = env["AWS_ENDPOINT_URL_SSM"] || env["AWS_ENDPOINT_URL"];
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return given || `https://ssm.${region}.${domain}`;
}
