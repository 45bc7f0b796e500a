import type { Instance, RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import { createOnce } from "../aws/create-once.ts";
import { AmazonError } from "../aws/failure.ts";
import { instanceKind } from "../aws/kinds/instance.ts";
import { byToken, newToken } from "../aws/mark.ts";
import { ownResource, type OwnedResource } from "../aws/owned.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { AmazonBuild } from "./build.ts";
import type { BlockDevice } from "./options/block-device.ts";
import { instanceTypes, isSpotWanted, type RunConfig } from "./options/run.ts";
import { launchRequest, ownInterface, type LaunchRequest } from "./launch-request.ts";
import type { LaunchNetwork, Place } from "./network.ts";
import type { Profile } from "./profile.ts";
import { requestSpot, tagSpotRequest } from "./spot.ts";

export interface LaunchPlan {
  readonly network: LaunchNetwork;
  readonly groups: readonly string[];
  readonly keyName: string | undefined;
  readonly profile: Profile | undefined;
  readonly devices: readonly BlockDevice[];
}

export interface LaunchedInstance {
  readonly instance: Instance;
  readonly owned: OwnedResource;
}

/** Launches the machine and waits until it runs. It is terminated at the end of the build in any case. */
export async function launchInstance(
  build: AmazonBuild,
  config: RunConfig,
  plan: LaunchPlan,
): Promise<LaunchedInstance> {
  return build.run.step("launch the instance", async (step) => {
    const { run, cloud } = build;
    const token = newToken(run);
    const request = await launchRequest(build, config, { ...plan, profile: plan.profile?.name, token });
    const owned = await ownResource({ run, step, cloud }, instanceKind, { token });
    run.say("Launching an instance...");
    const spot = { request, token, step, network: plan.network };
    const launched = isSpotWanted(config) && (await owned.making(() => requestSpot(build, config, spot)));
    const instance = launched || (await owned.making(() => onDemand(build, config, { request, token, plan })));
    const id = instance.InstanceId!;
    await owned.made(id);
    if (launched) await tagSpotRequest(build, config, id);
    run.say(`Instance ID: ${id}`);
    return { instance: await waitUntilRunning(build, id), owned };
  });
}

interface OnDemand {
  readonly request: LaunchRequest;
  readonly token: string;
  readonly plan: LaunchPlan;
}

/** Where there is no room, the next place and size are tried: those that the user allowed. */
async function onDemand(build: AmazonBuild, config: RunConfig, { request, token, plan }: OnDemand): Promise<Instance> {
  const where = (place: Place) => place.zone ?? place.subnetId ?? build.cloud.region;
  const tries = instanceTypes(config).flatMap((type) => plan.network.places.map((place) => ({ type, place })));
  for (const [index, { type, place }] of tries.entries()) {
    const input = { ...request, InstanceType: type as never, ...placed(request, config, place) };
    // EC2 refuses a token it has seen with other parameters.
    const clientToken = index === 0 ? token : `${token}-${index}`;
    try {
      return await runOnce(build, input, { clientToken, token });
    } catch (error) {
      const next = tries[index + 1];
      const lacksCapacity = error instanceof AmazonError && error.verdict === "no-capacity";
      if (!lacksCapacity || !next) throw error;
      const tried = `${type} in ${where(place)} (${error.code})`;
      build.run.warn(`No room for ${tried}; trying ${next.type} in ${where(next.place)}`);
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
  const inZone = zone !== undefined && { AvailabilityZone: zone };
  const Placement = inZone ? { ...request.Placement, ...inZone } : request.Placement;
  const networkInterface = ownInterface(request, config);
  if (networkInterface === undefined) return { Placement, SubnetId: subnetId };
  const NetworkInterfaces = [{ ...networkInterface, SubnetId: subnetId }];
  return { Placement, SecurityGroupIds: undefined, NetworkInterfaces };
}

async function runOnce(
  { run, cloud }: AmazonBuild,
  request: Omit<RunInstancesCommandInput, "MinCount" | "MaxCount">,
  { clientToken, token }: { readonly clientToken: string; readonly token: string },
): Promise<Instance> {
  const input = { ...request, MinCount: 1, MaxCount: 1, ClientToken: clientToken };
  const create = async () => {
    const options = { young: true, once: true, pauses: run.signal };
    const { Instances } = await cloud.ec2().call("RunInstances", input, options);
    return Instances![0]!;
  };
  const find = async () => {
    const { Reservations } = await cloud.ec2().call("DescribeInstances", { Filters: byToken(token) });
    return Reservations?.[0]?.Instances?.[0];
  };
  return createOnce({ create, find, signal: run.signal });
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
  const summary = `The instance ${id} did not start: ${reason}.`;
  if (!/KMS|InternalError|Client\.Internal/i.test(reason)) return new BuildError(summary);
  const hint = "Often the credentials may not use the key that encrypts a volume (kms:CreateGrant, kms:Decrypt).";
  return new BuildError(summary, { hint });
}
