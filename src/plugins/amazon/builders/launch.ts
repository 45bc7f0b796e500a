import type { Instance, RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import { AmazonError } from "../aws/failure.ts";
import { instanceKind } from "../aws/kinds/instance.ts";
import { byToken, newToken } from "../aws/mark.ts";
import { ownResource, type OwnedResource } from "../aws/owned.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { AmazonBuild } from "./build.ts";
import type { BlockDevice } from "./options/block-device.ts";
import { isSpotWanted, type RunConfig } from "./options/run.ts";
import { launchRequest, ownInterface, type LaunchRequest } from "./launch-request.ts";
import type { Network, Place } from "./network.ts";
import type { Profile } from "./profile.ts";
import { requestSpot, tagSpotRequest } from "./spot.ts";

export interface LaunchPlan {
  readonly network: Network;
  readonly groups: readonly string[];
  readonly keyName: string | undefined;
  readonly profile: Profile | undefined;
  readonly devices: readonly BlockDevice[];
}

export interface LaunchedInstance {
  readonly instance: Instance;
  readonly owned: OwnedResource;
}

/** Launches the machine and waits until it runs. It is terminated at the end of the build, whatever happens. */
export async function launchInstance(
  build: AmazonBuild,
  config: RunConfig,
  plan: LaunchPlan,
): Promise<LaunchedInstance> {
  return build.run.step("launch the instance", async (step) => {
    const { run, cloud } = build;
    const token = newToken(run);
    const request = await launchRequest(build, config, { ...plan, profile: plan.profile?.name, token });
    const owned = await ownResource(run, step, cloud, instanceKind, { token });
    run.say("Launching an instance...");
    const launched = isSpotWanted(config)
      ? await owned.making(() => requestSpot(build, config, { request, token, step, network: plan.network }))
      : undefined;
    const instance = launched ?? (await owned.making(() => onDemand(build, config, { request, token, plan })));
    await owned.made(instance.InstanceId!);
    if (launched) await tagSpotRequest(build, config, instance.InstanceId!);
    run.say(`Instance ID: ${instance.InstanceId}`);
    return { instance: await waitUntilRunning(build, instance.InstanceId!), owned };
  });
}

interface OnDemand {
  readonly request: LaunchRequest;
  readonly token: string;
  readonly plan: LaunchPlan;
}

/** Where there is no room, the next place and size are tried: those that the user allowed. */
async function onDemand(build: AmazonBuild, config: RunConfig, { request, token, plan }: OnDemand): Promise<Instance> {
  const types = config.instance_type ? [config.instance_type] : config.spot_instance_types;
  const tries = types.flatMap((type) => plan.network.places.map((place) => ({ type, place })));
  for (const [index, { type, place }] of tries.entries()) {
    try {
      return await runOnce(
        build,
        { ...request, InstanceType: type as never, ...placed(request, config, place) },
        {
          // EC2 refuses a token it has seen with other parameters.
          clientToken: index === 0 ? token : `${token}-${index}`,
          token,
        },
      );
    } catch (error) {
      const isLast = index === tries.length - 1;
      if (!(error instanceof AmazonError && error.verdict === "no-capacity") || isLast) throw error;
      const where = (at: Place) => at.zone ?? at.subnetId ?? build.cloud.region;
      const next = tries[index + 1]!;
      build.run.warn(
        `No room for ${type} in ${where(place)} (${error.code}); trying ${next.type} in ${where(next.place)}`,
      );
    }
  }
  throw new BuildError("No instance type is given.");
}

/** Subnet, groups and public address have to be together in one network interface when the latter is asked for. */
function placed(
  request: LaunchRequest,
  config: RunConfig,
  { subnetId, zone }: Place,
): Partial<RunInstancesCommandInput> {
  const Placement = zone === undefined ? request.Placement : { ...request.Placement, AvailabilityZone: zone };
  const common = Placement === undefined ? {} : { Placement };
  const inSubnet = subnetId === undefined ? {} : { SubnetId: subnetId };
  const networkInterface = ownInterface(request, config);
  if (networkInterface === undefined) return { ...common, ...inSubnet };
  return { ...common, SecurityGroupIds: undefined, NetworkInterfaces: [{ ...networkInterface, ...inSubnet }] };
}

async function runOnce(
  { cloud }: AmazonBuild,
  request: Omit<RunInstancesCommandInput, "MinCount" | "MaxCount">,
  { clientToken, token }: { readonly clientToken: string; readonly token: string },
): Promise<Instance> {
  const input = { ...request, MinCount: 1, MaxCount: 1, ClientToken: clientToken };
  for (let attempt = 1; ; attempt++) {
    try {
      const { Instances } = await cloud.ec2().call("RunInstances", input, { young: true, once: true });
      return Instances![0]!;
    } catch (error) {
      // Without an answer it may be running already: look for it before asking again.
      if (!(error instanceof AmazonError && error.verdict === "lost")) throw error;
      const { Reservations } = await cloud.ec2().call("DescribeInstances", { Filters: byToken(token) });
      const running = Reservations?.[0]?.Instances?.[0];
      if (running) return running;
      if (attempt === 5) throw error;
    }
  }
}

const RUNNING_MS = 10 * 60_000;

async function waitUntilRunning({ run, cloud }: AmazonBuild, id: string): Promise<Instance> {
  run.say(`Waiting for instance (${id}) to become ready...`);
  const timeoutMs = cloud.waitLimitMs(RUNNING_MS);
  const instance = await cloud.poller().wait("instance", id, {
    until: (found) => {
      const state = found?.State?.Name;
      if (state === "running") return found;
      if (state !== undefined && state !== "pending") throw didNotStart(id, found!.StateReason?.Message ?? state);
      return undefined;
    },
    expectedMs: 15_000,
    timeoutMs,
    signal: run.signal,
  });
  if (instance) return instance;
  throw new BuildError(`The instance ${id} is not running after ${Math.round(timeoutMs / 60_000)} minutes.`);
}

function didNotStart(id: string, reason: string): BuildError {
  return new BuildError(`The instance ${id} did not start: ${reason}.`, {
    hint: /KMS|InternalError|Client\.Internal/i.test(reason)
      ? "Often the credentials may not use the key that encrypts a volume (kms:CreateGrant, kms:Decrypt)."
      : undefined,
  });
}
