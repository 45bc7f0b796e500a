import { describeDuration } from "../../../lib/duration.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { AmazonBuild } from "./build.ts";
import { isSpotWanted, type RunConfig } from "./options/run.ts";

const STOPPED_MS = 10 * 60_000;

/** Stops the machine, so that its disks are at rest for the image. Spot instances of a fleet can only be taken running. */
export async function stopInstance(build: AmazonBuild, config: RunConfig, id: string): Promise<void> {
  if (isSpotWanted(config) && !config.disable_stop_instance) {
    build.run.say("A one-time spot instance cannot be stopped: EC2 restarts it when it takes the image");
    return;
  }
  await build.run.step("stop the instance", async ({ signal }) => {
    const { run, cloud } = build;
    if (config.disable_stop_instance) run.say("Waiting for the instance to stop by itself...");
    else {
      run.say("Stopping the source instance...");
      await cloud.ec2().call("StopInstances", { InstanceIds: [id] }, { young: true, signal });
    }
    const started = performance.now();
    const timeoutMs = cloud.waitLimitMs(STOPPED_MS);
    let state: string | undefined;
    const stopped = await cloud.poller().wait("instance", id, {
      until: (instance) => {
        state = instance?.State?.Name ?? state;
        if (state === "stopped") return true;
        if (state === "terminated" || state === "shutting-down") throw terminated(id);
        return undefined;
      },
      expectedMs: 20_000,
      timeoutMs,
      signal,
    });
    if (stopped) return run.debug("amazon", `stopped after ${describeDuration(performance.now() - started)}`);
    const byItself = "With disable_stop_instance the last provisioner has to shut the machine down.";
    throw new BuildError(`The instance ${id} is still ${state} after ${describeDuration(timeoutMs)}.`, {
      hint: config.disable_stop_instance ? byItself : "aws_polling sets a longer limit.",
    });
  });
}

function terminated(id: string): BuildError {
  return new BuildError(`The instance ${id} was terminated, so there is nothing left to make an image of.`, {
    hint: 'Does a provisioner shut the machine down, with shutdown_behavior = "terminate"?',
  });
}
