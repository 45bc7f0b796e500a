import { openCloud, type Cloud } from "../../sdk/amazon/cloud.ts";
import { AmazonError } from "../../sdk/amazon/failure.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Run } from "../../sdk/run.ts";
import type { AmiConfig } from "./config/ami.ts";
import type { AccessConfig } from "../../sdk/amazon/config/access.ts";
import type { CommunicatorConfig } from "../../sdk/schema/communicator.ts";
import type { RunConfig } from "./config/run.ts";
import { missingPermissions } from "./permissions.ts";
import { findSourceImage } from "./source-image.ts";

type MachineConfig = AccessConfig & CommunicatorConfig & RunConfig;

/** Everything that can be known to go wrong before a machine is started, as one list. Changes nothing. */
export function preflightImage(run: Run, config: MachineConfig & AmiConfig): Promise<readonly string[]> {
  return preflight(run, config, config);
}

/** The same for builders that make no image. */
export function preflightMachine(run: Run, config: MachineConfig): Promise<readonly string[]> {
  return preflight(run, config, undefined);
}

async function preflight(run: Run, config: MachineConfig, image: AmiConfig | undefined): Promise<readonly string[]> {
  let cloud: Cloud;
  try {
    cloud = await openCloud(run, config);
  } catch (error) {
    return [sentence(error)];
  }
  const region = await checkRegion(run, cloud);
  // Where the account cannot be reached at all, nothing more is to be learnt.
  if (region.length > 0) return region;
  const checks = [
    findSourceImage(cloud, config, run.signal).then(() => []),
    checkType(run, cloud, config),
    checkSubnet(cloud, config, run.signal),
    ...(image === undefined ? [] : [checkName(cloud, image, run.signal)]),
    missingPermissions(cloud, { machine: config, image }, run.signal),
  ];
  const results = await Promise.allSettled<readonly string[]>(checks);
  run.signal.throwIfAborted();
  return results.flatMap((result) => (result.status === "fulfilled" ? result.value : [sentence(result.reason)]));
}

function sentence(error: unknown): string {
  if (!(error instanceof BuildError)) throw error;
  return error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
}

async function checkRegion(run: Run, cloud: Cloud): Promise<readonly string[]> {
  if (cloud.access.skip_region_validation) return [];
  try {
    const { Regions = [] } = await cloud.ec2().call("DescribeRegions", {}, { signal: run.signal });
    const names = Regions.map(({ RegionName }) => RegionName);
    return names.includes(cloud.region)
      ? []
      : [`The account has no region "${cloud.region}". It has ${names.join(", ")}.`];
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof AmazonError && error.verdict === "denied") return [];
    return [sentence(error)];
  }
}

/** Beyond the minimal policy: where it may not be asked, the launch itself tells. */
async function checkType(run: Run, cloud: Cloud, config: MachineConfig): Promise<readonly string[]> {
  const types = config.instance_type ? [config.instance_type] : [...config.spot_instance_types];
  const zone = config.availability_zone;
  const question = {
    LocationType: zone ? ("availability-zone" as const) : ("region" as const),
    Filters: [
      { Name: "instance-type", Values: types },
      { Name: "location", Values: [zone || cloud.region] },
    ],
  };
  try {
    const answer = await cloud.ec2().call("DescribeInstanceTypeOfferings", question, { signal: run.signal });
    const offered = new Set((answer.InstanceTypeOfferings ?? []).map(({ InstanceType }) => String(InstanceType)));
    const missing = types.filter((type) => !offered.has(type));
    return missing.length < types.length
      ? []
      : [`${zone || cloud.region} does not offer the instance type ${missing.join(", ")}.`];
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof AmazonError && error.verdict === "denied") return [];
    throw error;
  }
}

async function checkSubnet(cloud: Cloud, config: MachineConfig, signal: AbortSignal): Promise<readonly string[]> {
  if (!config.subnet_id) return [];
  const Filters = [{ Name: "subnet-id", Values: [config.subnet_id] }];
  const { Subnets = [] } = await cloud.ec2().call("DescribeSubnets", { Filters }, { signal });
  const [subnet] = Subnets;
  if (!subnet) return [`There is no subnet ${config.subnet_id} in ${cloud.region}.`];
  if (config.vpc_id && subnet.VpcId !== config.vpc_id) {
    return [`The subnet ${config.subnet_id} belongs to ${subnet.VpcId}, not to ${config.vpc_id}.`];
  }
  return [];
}

async function checkName(cloud: Cloud, config: AmiConfig, signal: AbortSignal): Promise<readonly string[]> {
  if (config.force_deregister || config.skip_create_ami) return [];
  const regions = new Set([...(config.skip_save_build_region ? [] : [cloud.region]), ...config.ami_regions]);
  const taken = await Promise.all(
    [...regions].map(async (region) => {
      const question = { Owners: ["self"], Filters: [{ Name: "name", Values: [config.ami_name] }] };
      const { Images = [] } = await cloud.ec2(region).call("DescribeImages", question, { signal });
      const image = Images.find(({ Name }) => Name === config.ami_name);
      return (
        image &&
        `The name "${config.ami_name}" is taken in ${region} by ${image.ImageId}. Choose another ami_name, or set force_deregister = true to replace it once the new one is complete.`
      );
    }),
  );
  return taken.filter((text) => text !== undefined);
}
