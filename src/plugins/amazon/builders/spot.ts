import type {
  CreateFleetCommandInput,
  CreateFleetError,
  FleetLaunchTemplateOverridesRequest,
  Instance,
  RequestLaunchTemplateData,
} from "@aws-sdk/client-ec2";
import { sleep } from "../../../lib/retry.ts";
import { verdictOf } from "../aws/failure.ts";
import { launchTemplateKind } from "../aws/kinds/network.ts";
import { byToken, markTags, mergeTags, newToken, tagSpecifications } from "../aws/mark.ts";
import { ownResource } from "../aws/owned.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Step } from "../../../sdk/run.ts";
import { tagsFor, type AmazonBuild } from "./build.ts";
import { instanceTypes, type RunConfig } from "./options/run.ts";
import { ownInterface, type LaunchRequest } from "./launch-request.ts";
import type { LaunchNetwork, Place } from "./network.ts";

interface SpotPlan {
  readonly request: LaunchRequest;
  readonly token: string;
  readonly step: Step;
  readonly network: LaunchNetwork;
}

/**
 * One machine of an instant spot fleet: EC2 itself goes through sizes and places. `undefined` when there is no room and
 * the user allows an instance on demand instead.
 */
export async function requestSpot(
  build: AmazonBuild,
  config: RunConfig,
  plan: SpotPlan,
): Promise<Instance | undefined> {
  const { run } = build;
  const LaunchTemplateId = await launchTemplate(build, config, plan);
  const LaunchTemplateSpecification = { LaunchTemplateId, Version: "$Latest" };
  const Overrides = fleetOverrides(config, plan.network);
  const AllocationStrategy = config.spot_allocation_strategy;
  const tags = mergeTags(tagsFor(build, config.fleet_tags, config.fleet_tag), markTags(run, plan.token));
  const input: CreateFleetCommandInput = {
    ClientToken: plan.token,
    Type: "instant",
    LaunchTemplateConfigs: [{ LaunchTemplateSpecification, Overrides }],
    TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: "spot" },
    SpotOptions: AllocationStrategy && { AllocationStrategy },
    TagSpecifications: tagSpecifications(["fleet"], tags),
  };
  run.say(`Requesting a spot instance of ${instanceTypes(config).join(", ")}`);
  const fleet = await createFleet(build, input);
  const id = fleet.Instances?.[0]?.InstanceIds?.[0] ?? (await launchedWith(build, plan.token));
  if (id) return { InstanceId: id };
  const reasons = reasonsOf(fleet.Errors);
  if (config.capacity_fallback) {
    run.warn(`No spot instance: ${reasons}. Launching one on demand instead, as capacity_fallback allows`);
    return undefined;
  }
  throw new BuildError(`There is no spot instance to be had: ${reasons || "EC2 does not say why"}.`, {
    hint: "Name more sizes in spot_instance_types, or set capacity_fallback = true to fall back to other zones and on demand.",
  });
}

/** How long IAM's answer that a profile is there may be ahead of what a fleet knows. */
const YOUNG_MS = 3 * 60_000;

/** A fleet says in its answer, and not by refusing the call, that the instance profile is not known yet. */
async function createFleet({ run, cloud }: AmazonBuild, input: CreateFleetCommandInput) {
  const started = performance.now();
  for (let attempt = 0; ; attempt++) {
    const ClientToken = attempt === 0 ? input.ClientToken : `${input.ClientToken}-${attempt}`;
    const fleet = await cloud.ec2().call("CreateFleet", { ...input, ClientToken }, { young: true, pauses: run.signal });
    const isYoung = fleet.Errors?.some((error) => verdictOf("RunInstances", asError(error)) === "not-yet") === true;
    const isEmpty = (fleet.Instances ?? []).length === 0;
    if (!isYoung || !isEmpty || performance.now() - started > YOUNG_MS) return fleet;
    await sleep(2000, run.signal);
  }
}

function asError({ ErrorCode = "", ErrorMessage = "" }: CreateFleetError): Error {
  return Object.assign(new Error(ErrorMessage), { name: ErrorCode });
}

/** Every size in every place, in order of preference. */
function fleetOverrides(config: RunConfig, { places }: LaunchNetwork): FleetLaunchTemplateOverridesRequest[] {
  const isPrioritized = config.spot_allocation_strategy === "capacity-optimized-prioritized";
  const MaxPrice = config.spot_price === "auto" ? undefined : config.spot_price || undefined;
  return instanceTypes(config).flatMap((type, index) =>
    places.map((place) => ({
      InstanceType: type as never,
      MaxPrice,
      ...overridePlace(place),
      Priority: isPrioritized ? index : undefined,
    })),
  );
}

function overridePlace({ subnetId, zone }: Place): FleetLaunchTemplateOverridesRequest {
  if (subnetId) return { SubnetId: subnetId };
  return { AvailabilityZone: zone || undefined };
}

/** Many places often fail for one reason. */
function reasonsOf(errors: readonly CreateFleetError[] = []): string {
  const texts = errors.map(({ ErrorCode, ErrorMessage }) => `${ErrorMessage} (${ErrorCode})`);
  return [...new Set(texts)].join("; ");
}

/** A fleet takes what it launches from a launch template, removed again with the build. */
async function launchTemplate(build: AmazonBuild, config: RunConfig, { request, step }: SpotPlan): Promise<string> {
  const { run, cloud } = build;
  const token = newToken(run);
  const name = `imgbuild-${token}`;
  const owned = await ownResource({ run, step, cloud }, launchTemplateKind, { token, name });
  const { TagSpecifications, ...rest } = request;
  const networkInterface = ownInterface(request, config);
  // The subnet comes with each place that the fleet may choose.
  const attached = networkInterface && { SecurityGroupIds: undefined, NetworkInterfaces: [networkInterface] };
  const data = {
    ...rest,
    ...attached,
    TagSpecifications: TagSpecifications?.filter(({ ResourceType }) => ResourceType !== "network-interface"),
  } as RequestLaunchTemplateData;
  const tags = mergeTags(tagsFor(build, config.run_tags, config.run_tag), markTags(run, token));
  const input = {
    LaunchTemplateName: name,
    ClientToken: token,
    LaunchTemplateData: data,
    TagSpecifications: tagSpecifications(["launch-template"], tags),
  };
  const options = { young: true, pauses: run.signal };
  const { LaunchTemplate } = await owned.making(() => cloud.ec2().call("CreateLaunchTemplate", input, options));
  await owned.made(LaunchTemplate!.LaunchTemplateId!);
  return LaunchTemplate!.LaunchTemplateId!;
}

async function launchedWith({ cloud }: AmazonBuild, token: string): Promise<string | undefined> {
  const { Reservations } = await cloud.ec2().call("DescribeInstances", { Filters: byToken(token) });
  return Reservations?.[0]?.Instances?.[0]?.InstanceId;
}

/** The spot request has no tags of its own until it exists. */
export async function tagSpotRequest(build: AmazonBuild, config: RunConfig, id: string): Promise<void> {
  const tags = tagsFor(build, config.spot_tags, config.spot_tag);
  if (tags.length === 0) return;
  const Filters = [{ Name: "instance-id", Values: [id] }];
  const { Reservations } = await build.cloud.ec2().call("DescribeInstances", { Filters });
  const request = Reservations?.[0]?.Instances?.[0]?.SpotInstanceRequestId;
  if (request) await build.cloud.ec2().call("CreateTags", { Resources: [request], Tags: tags }, { young: true });
}
