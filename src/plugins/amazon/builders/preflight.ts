import type { Image, LocationType } from "@aws-sdk/client-ec2";
import { openCloud, type Cloud } from "../aws/cloud.ts";
import { AmazonError } from "../aws/failure.ts";
import { isProtected } from "../aws/kinds/image.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";
import type { AmiConfig } from "./options/ami.ts";
import type { AccessConfig } from "../aws/options/access.ts";
import type { CommunicatorConfig } from "../../../sdk/schema/communicator.ts";
import { instanceTypes, type RunConfig } from "./options/run.ts";
import { warnOfExpiringKeys } from "./expiring-keys.ts";
import { ownImagesNamed, replacesImages } from "./own-images.ts";
import { missingPermissions } from "./permissions.ts";
import { findPlugin } from "./ssm-plugin.ts";
import { findSourceImage } from "./source-image.ts";

type PreflightConfig = AccessConfig & CommunicatorConfig & RunConfig;

/** Everything that can be known to go wrong before a machine is started, as one list. Changes nothing. */
export function preflightImage(run: Run, config: PreflightConfig & AmiConfig): Promise<readonly string[]> {
  return preflight(run, config, { image: config });
}

/** The same for images that are registered from snapshots. */
export function preflightRegistration(run: Run, config: PreflightConfig & AmiConfig): Promise<readonly string[]> {
  return preflight(run, config, { image: config, registers: true });
}

/** The same for builders that make no image. */
export function preflightMachine(run: Run, config: PreflightConfig): Promise<readonly string[]> {
  return preflight(run, config, {});
}

interface ImagePlan {
  readonly image?: AmiConfig;
  readonly registers?: boolean;
}

async function preflight(
  run: Run,
  config: PreflightConfig,
  { image, registers = false }: ImagePlan,
): Promise<readonly string[]> {
  let cloud: Cloud;
  try {
    cloud = await openCloud(run, config);
  } catch (error) {
    return [sentence(error)];
  }
  const region = await checkRegion(run, cloud);
  // Where the account cannot be reached at all, nothing more is to be learnt.
  if (region.length > 0) return region;
  if (image !== undefined) warnOfExpiringKeys(run, cloud);
  const source = findSourceImage(cloud, config, run.signal);
  const found = source.catch(() => undefined);
  const checks = [
    source.then(() => []),
    checkPlace(run, cloud, config),
    checkTunnel(run, config),
    ...imageChecks(run, cloud, image),
    found.then((known) => missingPermissions(cloud, { machine: config, image, source: known, registers }, run.signal)),
  ];
  const results = await Promise.allSettled<readonly string[]>(checks);
  run.signal.throwIfAborted();
  return results.flatMap((result) => {
    if (result.status === "fulfilled") return result.value;
    return [sentence(result.reason)];
  });
}

/** What carries a Session Manager tunnel has to be on this computer. */
async function checkTunnel({ host, signal }: Run, config: PreflightConfig): Promise<readonly string[]> {
  if (config.ssh_interface !== "session_manager" || config.communicator !== "ssh") return [];
  await findPlugin(host.env, signal);
  return [];
}

function imageChecks(run: Run, cloud: Cloud, image: AmiConfig | undefined): Promise<readonly string[]>[] {
  if (image === undefined) return [];
  return [checkName(run, cloud, image), checkDeprecation(run, image)];
}

function sentence(error: unknown): string {
  if (!(error instanceof BuildError)) throw error;
  return error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
}

async function checkRegion(run: Run, cloud: Cloud): Promise<readonly string[]> {
  if (cloud.access.skip_region_validation) return [];
  try {
    const names = await cloud.remembered("regions", async () => {
      const { Regions = [] } = await cloud.ec2().call("DescribeRegions", {}, { signal: run.signal });
      return Regions.map(({ RegionName }) => RegionName);
    });
    if (names.includes(cloud.region)) return [];
    return [`The account has no region "${cloud.region}". It has ${names.join(", ")}.`];
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof AmazonError && error.verdict === "denied") return [];
    return [sentence(error)];
  }
}

/** The subnet, and whether its zone has the type. */
async function checkPlace(run: Run, cloud: Cloud, config: PreflightConfig): Promise<readonly string[]> {
  if (!config.subnet_id) return checkType(run, cloud, config, config.availability_zone);
  const Filters = [{ Name: "subnet-id", Values: [config.subnet_id] }];
  const { Subnets = [] } = await cloud.ec2().call("DescribeSubnets", { Filters }, { signal: run.signal });
  const [subnet] = Subnets;
  if (!subnet) return [`There is no subnet ${config.subnet_id} in ${cloud.region}.`];
  const { VpcId, AvailabilityZone: zone } = subnet;
  const problems = await checkType(run, cloud, config, zone);
  if (config.vpc_id && VpcId !== config.vpc_id)
    return [...problems, `The subnet ${config.subnet_id} belongs to ${VpcId}, not to ${config.vpc_id}.`];
  if (config.availability_zone && zone !== config.availability_zone)
    return [...problems, `The subnet ${config.subnet_id} is in ${zone}, not in ${config.availability_zone}.`];
  return problems;
}

/** Beyond the minimal policy: where it may not be asked, the launch itself tells. */
async function checkType(
  run: Run,
  cloud: Cloud,
  config: PreflightConfig,
  zone: string | undefined,
): Promise<readonly string[]> {
  const types = instanceTypes(config);
  const location = zone || cloud.region;
  const question = {
    LocationType: (zone ? "availability-zone" : "region") as LocationType,
    Filters: [
      { Name: "instance-type", Values: types },
      { Name: "location", Values: [location] },
    ],
  };
  try {
    const offered = await cloud.remembered(`offerings ${JSON.stringify(question)}`, async () => {
      const answer = await cloud.ec2().call("DescribeInstanceTypeOfferings", question, { signal: run.signal });
      return new Set((answer.InstanceTypeOfferings ?? []).map(({ InstanceType }) => String(InstanceType)));
    });
    const missing = types.filter((type) => !offered.has(type));
    if (missing.length < types.length) return [];
    return [`${location} does not offer the instance type ${missing.join(", ")}.`];
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof AmazonError && error.verdict === "denied") return [];
    throw error;
  }
}

function checkDeprecation(run: Run, { deprecate_at: text }: AmiConfig): Promise<readonly string[]> {
  const isPast = text !== undefined && new Date(text).getTime() <= run.host.clock.now();
  return Promise.resolve(isPast ? [`deprecate_at is in the past: ${text}.`] : []);
}

/** The name is free, or what has it can be replaced. */
async function checkName(run: Run, cloud: Cloud, config: AmiConfig): Promise<readonly string[]> {
  if (config.skip_create_ami) return [];
  const taken = await ownImagesNamed(cloud, config, run.signal);
  return [...taken].flatMap(([region, images]) => {
    if (replacesImages(run, config)) return images.filter(isProtected).map((image) => cannotGo(region, image));
    return `The name "${config.ami_name}" is taken in ${region} by ${images[0]!.ImageId}. Choose another ami_name, or replace it once the new one is complete, with force_deregister = true or with -force.`;
  });
}

function cannotGo(region: string, { ImageId: id }: Image): string {
  return `The image ${id} in ${region} cannot be replaced: it is protected against deregistration. To take that off: aws ec2 disable-image-deregistration-protection --image-id ${id} --region ${region}`;
}
