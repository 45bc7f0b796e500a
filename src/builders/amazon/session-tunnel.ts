import { reservePort } from "../../lib/ports.ts";
import { startCommand } from "../../lib/process.ts";
import { sleep } from "../../lib/retry.ts";
import { BuildError } from "../../sdk/error.ts";
import { ownProcess } from "../../sdk/owned-process.ts";
import type { CommunicatorConfig } from "../../sdk/schema/communicator.ts";
import type { AmazonBuild } from "./build.ts";
import type { RunConfig } from "./config/run.ts";

const PLUGIN = "session-manager-plugin";
const READY_MS = 10 * 60_000;

/**
 * A port of this computer that leads to the machine through AWS Systems Manager (`AWS-StartPortForwardingSession`),
 * carried by Amazon's session-manager-plugin. Returns the port.
 */
export async function sessionTunnel(
  build: AmazonBuild,
  config: RunConfig & CommunicatorConfig,
  instanceId: string,
): Promise<number> {
  const { run } = build;
  if (config.pause_before_ssm > 0) await sleep(config.pause_before_ssm, run.signal);
  return run.step("open a Session Manager tunnel", async (step) => {
    const wanted = config.session_manager_port;
    const range = wanted === undefined ? { min: 8000, max: 9000 } : { min: wanted, max: wanted };
    const reserved = await reservePort({
      range,
      host: "127.0.0.1",
      lockDirectory: run.directories.cache,
      signal: run.signal,
    });
    const request = {
      Target: instanceId,
      DocumentName: "AWS-StartPortForwardingSession",
      Parameters: { portNumber: [String(config.ssh_port)], localPortNumber: [String(reserved.port)] },
      Reason: `imgbuild ${run.runId}`,
    };
    const session = await startSession(build, request);
    step.onCleanup("the Session Manager session", async () => {
      await build.cloud.ssm().call("TerminateSession", { SessionId: session.SessionId! });
      await reserved.release();
    });
    if (session.TokenValue) run.secret(session.TokenValue);
    await runPlugin(build, step, { session, request });
    run.say(`Opened a Session Manager tunnel to ${instanceId} on port ${reserved.port}`);
    return reserved.port;
  });
}

interface SessionRequest {
  readonly Target: string;
  readonly DocumentName: string;
  readonly Parameters: Record<string, string[]>;
  readonly Reason: string;
}

/** Refused until the agent in the machine has reported for the first time. */
async function startSession({ run, cloud }: AmazonBuild, request: SessionRequest) {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    try {
      return await cloud.ssm().call("StartSession", request, { signal: run.signal });
    } catch (error) {
      const isEarly = error instanceof BuildError && /TargetNotConnected/.test(error.message);
      if (!isEarly || performance.now() > deadline) throw error;
      await sleep(2000, run.signal);
    }
  }
}

type Step = Parameters<Parameters<AmazonBuild["run"]["step"]>[1]>[0];

interface PluginInput {
  readonly session: object;
  readonly request: SessionRequest;
}

/** The session's token goes through the environment (plugin 1.2.497 and later), out of sight of other users. */
async function runPlugin({ run, cloud }: AmazonBuild, step: Step, { session, request }: PluginInput): Promise<void> {
  const variable = "AWS_SSM_START_SESSION_RESPONSE";
  const endpoint = `https://ssm.${cloud.region}.amazonaws.com`;
  const profile = cloud.access.profile ?? "";
  const args = [variable, cloud.region, "StartSession", profile, JSON.stringify(request), endpoint];
  let stop = (): Promise<unknown> => Promise.resolve();
  const owned = await ownProcess(step, {
    mark: request.Reason,
    program: PLUGIN,
    undo: async () => void (await stop()),
  });
  try {
    const env = { ...run.host.env, [variable]: JSON.stringify(session) };
    const plugin = startCommand(PLUGIN, args, { env, onLine: (line) => run.debug("ssm", line) });
    stop = () => plugin.stop(3000);
    plugin.finished.catch(() => {});
    if (plugin.pid === undefined) await plugin.finished;
    else await owned.started(plugin.pid);
  } catch (cause) {
    throw new BuildError(`Amazon's ${PLUGIN} cannot be started.`, {
      cause,
      hint: 'ssh_interface = "session_manager" needs it:\n    https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html',
    });
  }
}
