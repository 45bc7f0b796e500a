import { isIP } from "node:net";
import { atMostOne, conflict, error, exactlyOne, rule, warning } from "../../../../sdk/schema/rules.ts";
import type { ConfigIssue, DecodedFields } from "../../../../sdk/schema/schema.ts";
import { anyUserDataIssues } from "../../../../sdk/schema/cloud-config.ts";
import { communicatorFields } from "../../../../sdk/schema/communicator.ts";
import { accessFields } from "../../aws/options/access.ts";
import { instanceTypeIssues, isAmazon } from "../../aws/check-names.ts";
import { isBurstable, isSpotWanted, runFields, SPOT } from "./run.ts";

type RunArguments<Name extends keyof typeof runFields> = DecodedFields<typeof runFields, Name>;
type Spot = (typeof SPOT)[number];

const ON_DEMAND = ["enable_unlimited_credits", "enable_nitro_enclave"] as const;
const KEY_PAIR = ["ssh_keypair_name", "ssh_private_key_file", "ssh_agent_auth", "winrm_password"] as const;
const SPOT_TAGS = ["spot_tags", "spot_tag", "fleet_tags", "fleet_tag"] as const;

export const runRules = [
  exactlyOne("source_ami", "source_ami_filter"),
  exactlyOne("instance_type", "spot_instance_types"),
  atMostOne("user_data", "user_data_file"),
  atMostOne("security_group_id", "security_group_ids", "security_group_filter"),
  atMostOne("iam_instance_profile", "temporary_iam_instance_profile_policy_document"),
  atMostOne("vpc_id", "vpc_filter"),
  atMostOne("subnet_id", "subnet_filter"),
  atMostOne("capacity_reservation_preference", "capacity_reservation_id", "capacity_reservation_group_arn"),
  rule(runFields, ["source_ami"], amiIdLooksRight),
  rule(runFields, ["block_duration_minutes"], durationIsIgnored),
  rule(runFields, [...ON_DEMAND, ...SPOT], onDemandOnly),
  rule(runFields, [...SPOT_TAGS, ...SPOT], tagsNeedSpot),
  rule(runFields, ["temporary_security_group_source_cidrs"], sourcesAreNetworks),
  rule(
    runFields,
    ["ssh_interface", "iam_instance_profile", "temporary_iam_instance_profile_policy_document"],
    tunnelNeedsProfile,
  ),
  rule(runFields, ["metadata_options"], metadataTagsNeedEndpoint),
  rule(runFields, ["enable_unlimited_credits", "instance_type"], creditsNeedBurstable),
  rule(runFields, ["enable_nitro_enclave", "instance_type"], enclaveNeedsNitro),
  rule(runFields, ["placement", "tenancy"], tenancyIsOne),
  rule({ ...runFields, ...communicatorFields }, [...KEY_PAIR], keyPairNeedsKey),
  rule({ ...runFields, ...accessFields }, ["instance_type", "spot_instance_types", "custom_endpoint_ec2"], (args) => {
    if (!isAmazon(args)) return [];
    const spot = args.spot_instance_types.flatMap((type, index) =>
      instanceTypeIssues(type, ["spot_instance_types", index]),
    );
    return [...instanceTypeIssues(args.instance_type, ["instance_type"]), ...spot];
  }),
  rule(runFields, ["user_data"], ({ user_data: data }) => anyUserDataIssues(data ?? "", ["user_data"])),
];

function amiIdLooksRight({ source_ami: id }: RunArguments<"source_ami">): ConfigIssue[] {
  if (!id || /^ami-[0-9a-f]{8,17}$/.test(id)) return [];
  const detail = `source_ami must be an image id such as "ami-0c55b159cbfafe1f0", not "${id}". To find an image by its name use source_ami_filter.`;
  return [error("invalid-argument", ["source_ami"], "Invalid value", detail)];
}

function durationIsIgnored({ block_duration_minutes: minutes }: RunArguments<"block_duration_minutes">): ConfigIssue[] {
  if (minutes === undefined) return [];
  const detail = "Amazon no longer sells spot instances by duration; block_duration_minutes has no effect.";
  return [warning("ignored-argument", ["block_duration_minutes"], "Ignored argument", detail)];
}

function onDemandOnly(args: RunArguments<(typeof ON_DEMAND)[number] | Spot>): ConfigIssue[] {
  if (!isSpotWanted(args)) return [];
  return ON_DEMAND.filter((name) => args[name]).map((name) =>
    conflict([name], `${name} is for instances on demand, and this template asks for a spot instance.`),
  );
}

function tagsNeedSpot(args: RunArguments<(typeof SPOT_TAGS)[number] | Spot>): ConfigIssue[] {
  if (isSpotWanted(args)) return [];
  return SPOT_TAGS.filter((name) => Object.keys(args[name]).length > 0).map((name) =>
    conflict([name], `${name} has nothing to tag: no spot instance is asked for.`),
  );
}

function sourcesAreNetworks(args: RunArguments<"temporary_security_group_source_cidrs">): ConfigIssue[] {
  return args.temporary_security_group_source_cidrs.flatMap((network, index) => {
    if (isNetwork(network)) return [];
    const detail = `Each must be a network such as "203.0.113.7/32" or "2001:db8::/48", not "${network}".`;
    return [error("invalid-argument", ["temporary_security_group_source_cidrs", index], "Invalid value", detail)];
  });
}

function isNetwork(text: string): boolean {
  const [, address = "", bits = ""] = /^(.+)\/(\d{1,3})$/.exec(text) ?? [];
  const longestPrefix = new Map([
    [4, 32],
    [6, 128],
  ]).get(isIP(address));
  return longestPrefix !== undefined && Number(bits) <= longestPrefix;
}

function tunnelNeedsProfile({
  ssh_interface,
  iam_instance_profile,
  temporary_iam_instance_profile_policy_document,
}: RunArguments<
  "ssh_interface" | "iam_instance_profile" | "temporary_iam_instance_profile_policy_document"
>): ConfigIssue[] {
  const hasProfile = iam_instance_profile || temporary_iam_instance_profile_policy_document;
  if (ssh_interface !== "session_manager" || hasProfile) return [];
  const detail =
    'With ssh_interface = "session_manager" the machine needs an instance profile that lets it reach Systems Manager (the policy AmazonSSMManagedInstanceCore). Set iam_instance_profile, or temporary_iam_instance_profile_policy_document.';
  return [error("missing-argument", ["ssh_interface"], "Missing argument", detail)];
}

function metadataTagsNeedEndpoint({ metadata_options: options }: RunArguments<"metadata_options">): ConfigIssue[] {
  if (options?.http_endpoint !== "disabled" || options.instance_metadata_tags !== "enabled") return [];
  const detail = 'Tags are read from the metadata service, which http_endpoint = "disabled" switches off.';
  return [conflict(["metadata_options", "instance_metadata_tags"], detail)];
}

function creditsNeedBurstable({
  enable_unlimited_credits: isWanted,
  instance_type: type,
}: RunArguments<"enable_unlimited_credits" | "instance_type">): ConfigIssue[] {
  if (!isWanted || type === undefined || isBurstable(type)) return [];
  const detail = `enable_unlimited_credits is for the sizes T2, T3, T3a and T4g, and instance_type is "${type}".`;
  return [conflict(["enable_unlimited_credits"], detail)];
}

function enclaveNeedsNitro({
  enable_nitro_enclave: isWanted,
  instance_type: type,
}: RunArguments<"enable_nitro_enclave" | "instance_type">): ConfigIssue[] {
  if (!isWanted || type === undefined || !isBurstable(type)) return [];
  const detail = `Burstable sizes have no Nitro enclaves, and instance_type is "${type}".`;
  return [conflict(["enable_nitro_enclave"], detail)];
}

function tenancyIsOne({ placement, tenancy }: RunArguments<"placement" | "tenancy">): ConfigIssue[] {
  if (placement?.tenancy === undefined || tenancy === undefined) return [];
  return [conflict(["tenancy"], "tenancy is set in the placement block already. Remove one of them.")];
}

type KeyPairArguments = DecodedFields<typeof communicatorFields, (typeof KEY_PAIR)[number]>;

function keyPairNeedsKey(args: KeyPairArguments): ConfigIssue[] {
  const isOpened = args.ssh_private_key_file || args.ssh_agent_auth || args.winrm_password;
  if (!args.ssh_keypair_name || isOpened) return [];
  const detail =
    "EC2 does not give away the private key of a pair that exists. Set ssh_private_key_file, or ssh_agent_auth = true.";
  return [error("missing-argument", ["ssh_keypair_name"], "Missing argument", detail)];
}
