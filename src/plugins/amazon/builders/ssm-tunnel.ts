import { sleep } from "../../../lib/retry.ts";
import { untilAborted } from "../../../lib/until-aborted.ts";
import { ownProcess, type OwnedProcess } from "../../../owned/owned-process.ts";
import type { CommunicatorConfig } from "../../../sdk/schema/communicator.ts";
import { guestLogin } from "../../../sdk/schema/guest-login.ts";
import { reservePortFor } from "../../../steps/reserved-port.ts";
import type { AmazonBuild } from "./build.ts";
import type { RunConfig } from "./options/run.ts";
import { findPlugin, PLUGIN, startPlugin, type SsmPlugin, type RunningPlugin } from "./ssm-plugin.ts";

/**
 * A port of this computer that leads to the machine through AWS Systems Manager (`AWS-StartPortForwardingSession`),
 * carried by Amazon's session-manager-plugin. A tunnel that ends (a machine that restarts ends it) is opened again, on
 * the same port, until the build is over. Returns the port.
 */
export async function ssmTunnel(
  build: AmazonBuild,
  config: RunConfig & CommunicatorConfig,
  instanceId: string,
): Promise<number> {
  const { run } = build;
  const plugin = await findPlugin(run.host.env, run.signal);
  if (config.pause_before_ssm > 0) await sleep(config.pause_before_ssm, run.signal);
  const wanted = config.session_manager_port || undefined;
  const port = await reservePortFor(run, "Session Manager", { min: wanted ?? 8000, max: wanted ?? 9000 });
  return run.step("open a Session Manager tunnel", async (step) => {
    const request: StartSessionRequest = {
      Target: instanceId,
      DocumentName: "AWS-StartPortForwardingSession",
      Parameters: { portNumber: [String(guestLogin(config).port)], localPortNumber: [String(port)] },
      Reason: `imgbuild ${run.runId}`,
    };
    const over = new AbortController();
    let kept: Promise<void> = Promise.resolve();
    const undo = async (): Promise<void> => {
      over.abort();
      await kept;
    };
    const owned = await ownProcess(step, { mark: request.Reason, program: PLUGIN, undo });
    const tunnel: SsmTunnel = { build, plugin, request, owned, signal: AbortSignal.any([run.signal, over.signal]) };
    const first = await open(tunnel);
    kept = keepOpen(tunnel, first, over.signal);
    run.say(`Opened a Session Manager tunnel to ${instanceId} on port ${port}`);
    return port;
  });
}

interface StartSessionRequest {
  readonly Target: string;
  readonly DocumentName: string;
  readonly Parameters: Record<string, string[]>;
  readonly Reason: string;
}

interface SsmTunnel {
  readonly build: AmazonBuild;
  readonly plugin: SsmPlugin;
  readonly request: StartSessionRequest;
  readonly owned: OwnedProcess;
  readonly signal: AbortSignal;
}

interface OpenTunnel {
  /** The id that StartSession gave. */
  readonly sessionId: string;
  readonly running: RunningPlugin;
}

async function open({ build, plugin, request, owned, signal }: SsmTunnel): Promise<OpenTunnel> {
  const { run, cloud } = build;
  const answer = await cloud.ssm().call("StartSession", request, { signal });
  const sessionId = answer.SessionId!;
  if (answer.TokenValue) run.secret(answer.TokenValue);
  try {
    const { region } = cloud;
    const profile = cloud.access.profile ?? "";
    const running = startPlugin(run, plugin, { request, answer, region, profile });
    await running.started;
    if (running.pid !== undefined) await owned.started(running.pid);
    await running.ready;
    return { sessionId, running };
  } catch (error) {
    await terminate(build, sessionId);
    throw error;
  }
}

/** Settles when the build is over, with the program ended and the session terminated. */
async function keepOpen(tunnel: SsmTunnel, first: OpenTunnel, over: AbortSignal): Promise<void> {
  const { run } = tunnel.build;
  let current: OpenTunnel | undefined = first;
  while (current !== undefined) {
    await Promise.race([current.running.ended, untilAborted(over)]);
    await current.running.stop();
    await terminate(tunnel.build, current.sessionId);
    if (over.aborted) return;
    run.debug("ssm", "the tunnel has ended and is opened again");
    current = await open(tunnel).catch((error: unknown) => {
      if (!over.aborted && !run.signal.aborted)
        run.warn(`The Session Manager tunnel ended and cannot be opened again: ${String(error)}`);
      return undefined;
    });
  }
}

/** One that has ended by itself is no error. */
async function terminate({ run, cloud }: AmazonBuild, SessionId: string): Promise<void> {
  await cloud
    .ssm()
    .call("TerminateSession", { SessionId })
    .catch((error: unknown) => run.debug("ssm", "the session cannot be terminated", { error: String(error) }));
}
