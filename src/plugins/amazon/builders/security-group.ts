import { networkInterfaces } from "node:os";
import type { IpPermission } from "@aws-sdk/client-ec2";
import type { Cloud } from "../aws/cloud.ts";
import { ec2Filters } from "../aws/options/filters.ts";
import { callerAddress } from "../aws/caller-address.ts";
import { AmazonError } from "../aws/failure.ts";
import { securityGroupKind } from "../aws/kinds/network.ts";
import { byToken, markTags, mergeTags, newToken, tagSpecifications } from "../aws/mark.ts";
import { ownResource } from "../aws/owned.ts";
import { unlessEmpty } from "../aws/request.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";
import type { CommunicatorConfig } from "../../../sdk/schema/communicator.ts";
import { guestLogin } from "../../../sdk/schema/guest-login.ts";
import { tagsFor, type AmazonBuild } from "./build.ts";
import { namedGroups, type RunConfig } from "./options/run.ts";
import type { LaunchNetwork } from "./network.ts";

type GroupConfig = RunConfig & CommunicatorConfig;

/** Whether the build makes a security group of its own. */
export function isGroupMade(config: RunConfig): boolean {
  return namedGroups(config).length === 0 && !config.security_group_filter;
}

/** The groups of the user, or one made for this build that admits only the computer that builds. */
export async function securityGroups(
  build: AmazonBuild,
  config: GroupConfig,
  network: LaunchNetwork,
): Promise<string[]> {
  const given = namedGroups(config);
  if (given.length > 0) return given;
  if (config.security_group_filter) return findGroups(build, config, network);
  return build.run.step("create a temporary security group", async (step) => {
    const { run, cloud } = build;
    const token = newToken(run);
    const name = `imgbuild-${token}`;
    const sources = await sourcesFor(build, config);
    const owned = await ownResource({ run, step, cloud }, securityGroupKind, { token, name });
    run.say(`Creating a temporary security group for this build: ${name}`);
    const tags = mergeTags(tagsFor(build, config.run_tags, config.run_tag), markTags(run, token));
    const id = await owned.making(() => createGroup(cloud, { name, tags, token, vpcId: network.vpcId }));
    await owned.made(id);
    if (sources.length > 0) await authorize(build, id, { port: guestLogin(config).port, sources });
    return [id];
  });
}

async function authorize({ run, cloud }: AmazonBuild, GroupId: string, { port, sources }: Access): Promise<void> {
  run.say(`Authorizing access to port ${port} from ${sources.join(", ")}`);
  const input = { GroupId, IpPermissions: [permission(port, sources)] };
  await cloud.ec2().call("AuthorizeSecurityGroupIngress", input, { young: true, pauses: run.signal }).catch(unlessDone);
}

interface Access {
  readonly port: number;
  /** Networks, as CIDR blocks. */
  readonly sources: readonly string[];
}

/** A repeated request may find that its first try went through. */
function unlessDone(error: unknown): void {
  if (!(error instanceof AmazonError && error.code === "InvalidPermission.Duplicate")) throw error;
}

interface NewGroup {
  readonly name: string;
  readonly token: string;
  readonly tags: ReturnType<typeof markTags>;
  readonly vpcId: string | undefined;
}

async function createGroup(cloud: Cloud, { name, token, tags, vpcId }: NewGroup): Promise<string> {
  const TagSpecifications = tagSpecifications(["security-group"], tags);
  const Description = "Temporary group of an imgbuild run";
  try {
    const input = { GroupName: name, Description, VpcId: vpcId, TagSpecifications };
    return (await cloud.ec2().call("CreateSecurityGroup", input)).GroupId!;
  } catch (error) {
    if (!(error instanceof AmazonError && error.code === "InvalidGroup.Duplicate")) throw error;
    // The answer to an earlier try was lost: the name is ours alone.
    const { SecurityGroups } = await cloud.ec2().call("DescribeSecurityGroups", { Filters: byToken(token) });
    if (!SecurityGroups?.[0]) throw error;
    return SecurityGroups[0].GroupId!;
  }
}

async function findGroups(
  { run, cloud }: AmazonBuild,
  config: GroupConfig,
  { vpcId }: LaunchNetwork,
): Promise<string[]> {
  const Filters = ec2Filters(config.security_group_filter!);
  if (vpcId !== undefined) Filters.push({ Name: "vpc-id", Values: [vpcId] });
  const { SecurityGroups = [] } = await cloud.ec2().call("DescribeSecurityGroups", { Filters }, { signal: run.signal });
  if (SecurityGroups.length === 0) throw new BuildError("No security group matches security_group_filter.");
  return SecurityGroups.map(({ GroupId }) => GroupId!);
}

function permission(port: number, sources: readonly string[]): IpPermission {
  const v6 = sources.filter((cidr) => cidr.includes(":"));
  const v4 = sources.filter((cidr) => !cidr.includes(":"));
  return {
    IpProtocol: "tcp",
    FromPort: port,
    ToPort: port,
    IpRanges: unlessEmpty(v4.map((CidrIp) => ({ CidrIp }))),
    Ipv6Ranges: unlessEmpty(v6.map((CidrIpv6) => ({ CidrIpv6 }))),
  };
}

const PRIVATE_NETWORKS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** Who may reach the machine. Everybody only where nothing better can be known, and never without saying so. */
async function sourcesFor({ run, cloud }: AmazonBuild, config: GroupConfig): Promise<readonly string[]> {
  const isDirect = config.communicator !== "none" && config.ssh_interface !== "session_manager";
  if (!isDirect) return [];
  const given = config.temporary_security_group_source_cidrs;
  if (given.length > 0) return given;
  const mustBeOwn = config.temporary_security_group_source_public_ip;
  if (!mustBeOwn && config.ssh_interface?.startsWith("private") === true) return PRIVATE_NETWORKS;
  const isRelayed = Boolean(config.ssh_bastion_host || config.ssh_proxy_host);
  if (isRelayed && !mustBeOwn) return everybody(run, config, "the address of the jump host is not known");
  const own = await callerAddress(cloud.access.custom_endpoint_ec2, run.signal);
  if (own !== undefined && config.ssh_interface === undefined) return [own, ...localAddresses()];
  if (own !== undefined) return [own];
  if (!mustBeOwn) return everybody(run, config, "your public address could not be found out");
  const summary =
    "Your public address could not be found out, and temporary_security_group_source_public_ip insists on it.";
  throw new BuildError(summary, { hint: "Set temporary_security_group_source_cidrs." });
}

function everybody(run: Run, config: GroupConfig, reason: string): string[] {
  const network = config.ssh_interface === "ipv6" ? "::/0" : "0.0.0.0/0";
  run.warn(
    `The temporary security group is open to everybody (${network}), because ${reason}. Set temporary_security_group_source_cidrs to narrow it.`,
  );
  return [network];
}

/** Without a public address the machine is reached from inside the same network. */
function localAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => `${address}/32`);
}
