import type { Filter, Subnet } from "@aws-sdk/client-ec2";
import { ec2Filters } from "../aws/options/filters.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { AmazonBuild } from "./build.ts";
import { instanceTypes, namedGroups, type RunConfig } from "./options/run.ts";

/** Where to launch: in order of preference. Without any of the options there is one place, with everything left open. */
export interface Place {
  readonly subnetId: string | undefined;
  readonly zone: string | undefined;
}

export interface LaunchNetwork {
  /** Undefined: the account's default VPC. */
  readonly vpcId: string | undefined;
  readonly places: readonly [Place, ...Place[]];
}

export async function findNetwork(build: AmazonBuild, config: RunConfig): Promise<LaunchNetwork> {
  const vpcId = await findVpc(build, config);
  const subnets = await findSubnets(build, config, vpcId);
  if (subnets === undefined) {
    return {
      vpcId,
      places: [{ subnetId: config.subnet_id || undefined, zone: config.availability_zone || undefined }],
    };
  }
  const places = subnets.map(({ SubnetId, AvailabilityZone }) => ({ subnetId: SubnetId, zone: AvailabilityZone }));
  return { vpcId: vpcId ?? subnets[0]!.VpcId, places: places as [Place, ...Place[]] };
}

async function findVpc({ run, cloud }: AmazonBuild, config: RunConfig): Promise<string | undefined> {
  if (config.vpc_id) return config.vpc_id;
  if (!config.vpc_filter) return undefined;
  const Filters = [...ec2Filters(config.vpc_filter), { Name: "state", Values: ["available"] }];
  const { Vpcs = [] } = await cloud.ec2().call("DescribeVpcs", { Filters }, { signal: run.signal });
  if (Vpcs.length === 1) return Vpcs[0]!.VpcId;
  const ids = Vpcs.map(({ VpcId }) => VpcId).join(", ");
  const several = `${Vpcs.length} VPCs match vpc_filter: ${ids}.`;
  throw new BuildError(Vpcs.length === 0 ? "No VPC matches vpc_filter." : several, {
    hint: "Exactly one has to match. Make the filters fit, or set vpc_id.",
  });
}

/** Undefined: leave the choice to EC2. Several are kept only to fall back on. */
async function findSubnets(
  build: AmazonBuild,
  config: RunConfig,
  vpcId: string | undefined,
): Promise<Subnet[] | undefined> {
  const { run, cloud } = build;
  const isOpen = !config.subnet_filter && vpcId === undefined && !config.capacity_fallback;
  if (isOpen && (!config.subnet_id || namedGroups(config).length > 0)) return undefined;
  const Filters = subnetFilters(config, vpcId);
  const { Subnets = [] } = await cloud.ec2().call("DescribeSubnets", { Filters }, { signal: run.signal });
  const usable = await offering(build, config, Subnets);
  if (usable.length > 0) return choose(usable, config);
  const wanted = config.subnet_id || (config.subnet_filter && "subnet_filter") || `the VPC ${vpcId}`;
  throw new BuildError(`No available subnet matches ${wanted}.`);
}

function subnetFilters(config: RunConfig, vpcId: string | undefined): Filter[] {
  const isDefault = vpcId === undefined && !config.subnet_filter && !config.subnet_id;
  const values = {
    "subnet-id": config.subnet_id,
    "vpc-id": vpcId,
    "availability-zone": config.availability_zone,
    "default-for-az": isDefault && "true",
    state: "available",
  };
  const given = Object.entries(values).filter(([, value]) => value);
  const wanted = config.subnet_filter ? ec2Filters(config.subnet_filter) : [];
  return [...wanted, ...given.map(([Name, value]) => ({ Name, Values: [String(value)] }))];
}

/** Leaves out subnets in zones that do not have the instance type, where that can be found out. */
async function offering({ run, cloud }: AmazonBuild, config: RunConfig, subnets: Subnet[]): Promise<Subnet[]> {
  if (subnets.length < 2) return subnets;
  const Filters = [{ Name: "instance-type", Values: instanceTypes(config) }];
  const answer = await cloud
    .ec2()
    .call("DescribeInstanceTypeOfferings", { LocationType: "availability-zone", Filters }, { signal: run.signal })
    .catch((error: unknown) => {
      run.signal.throwIfAborted();
      run.debug("amazon", "the zones that offer the type are not known", { error: String(error) });
      return undefined;
    });
  const zones = new Set(answer?.InstanceTypeOfferings?.map(({ Location }) => Location));
  const offered = subnets.filter(({ AvailabilityZone }) => zones.has(AvailabilityZone));
  return offered.length > 0 ? offered : subnets;
}

function choose(subnets: Subnet[], { subnet_filter: filter, capacity_fallback }: RunConfig): Subnet[] {
  const free = (subnet: Subnet) => subnet.AvailableIpAddressCount ?? 0;
  const isAmbiguous = filter && subnets.length > 1 && !filter.most_free && !filter.random;
  if (isAmbiguous && !capacity_fallback) {
    const ids = subnets.map(({ SubnetId }) => SubnetId).join(", ");
    throw new BuildError(`${subnets.length} subnets match subnet_filter: ${ids}.`, {
      hint: "Set most_free = true or random = true in it, or make the filters narrower.",
    });
  }
  const order = filter?.random ? shuffle(subnets) : [...subnets].sort((a, b) => free(b) - free(a));
  return capacity_fallback ? order : order.slice(0, 1);
}

function shuffle<Item>(items: readonly Item[]): Item[] {
  const placed = items.map((item) => ({ item, at: Math.random() }));
  return placed.sort((a, b) => a.at - b.at).map(({ item }) => item);
}
