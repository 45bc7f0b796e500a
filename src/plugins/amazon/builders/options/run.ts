import { isIP } from "node:net";
import {
  block,
  blocks,
  choice,
  defaultText,
  deprecated,
  duration,
  flag,
  integer,
  list,
  text,
} from "../../../../sdk/schema/field.ts";
import { conflict, atMostOne, error, exactlyOne, rule, warning } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigIssue, type ConfigOf } from "../../../../sdk/schema/schema.ts";
import { amiFilter, resourceFilter, subnetFilter } from "../../aws/options/filters.ts";
import { tagFields } from "../../aws/options/tags.ts";

type Values = Readonly<Record<string, unknown>>;

const TENANCIES = ["default", "dedicated", "host"] as const;

const placement = defineSchema(
  {
    host_resource_group_arn: text("ARN of the host resource group to launch into.").optional(),
    host_id: text("Dedicated host to launch on.").optional(),
    tenancy: choice(TENANCIES, "Tenancy of the instance.").optional(),
  },
  {
    rules: [
      atMostOne("host_resource_group_arn", "host_id"),
      rule(["tenancy", "host_id", "host_resource_group_arn"], hostsHaveTenancy),
    ],
  },
);

const license = defineSchema({ license_configuration_request: text("ARN of a licence configuration.") });

const metadataOptions = defineSchema({
  http_endpoint: choice(["enabled", "disabled"], "Whether the instance can ask the metadata service.").default(
    "enabled",
  ),
  http_tokens: choice(["optional", "required"], "`required` means IMDSv2 only.").default("optional"),
  http_put_response_hop_limit: integer("Hops an answer of the metadata service may take.").min(1).max(64).default(1),
  instance_metadata_tags: choice(
    ["enabled", "disabled"],
    "Whether tags can be read from the metadata service.",
  ).default("disabled"),
});

const statement = defineSchema({
  Effect: choice(["Allow", "Deny"], "What the statement does.").default("Allow"),
  Action: list(text("An action."), "Actions, such as `s3:GetObject`."),
  Resource: list(text("An ARN."), "What the actions may touch."),
  Sid: text("Id of the statement.").optional(),
});
const policyDocument = defineSchema({
  Version: text("Version of the policy language.").default("2012-10-17"),
  Statement: blocks(statement, "One statement.").min(1),
});

/** The machine the image is made on. Shared by every builder that runs an instance. */
export const runFields = {
  source_ami: text("The image to start from, by id.").optional(),
  source_ami_filter: block(amiFilter, "The image to start from, found by its properties.").optional(),
  instance_type: text("Size of the machine.").optional(),
  spot_instance_types: list(
    text("An instance type."),
    "Sizes to ask for on the spot market, in order of preference.",
  ).default([]),
  spot_price: text("Most to pay for an hour on the spot market; `auto` sets no limit of its own.").optional(),
  spot_allocation_strategy: choice(
    ["lowest-price", "diversified", "capacity-optimized", "capacity-optimized-prioritized", "price-capacity-optimized"],
    "How a spot fleet chooses.",
  ).optional(),
  ...tagFields("spot_tag", "the spot request"),
  ...tagFields("fleet_tag", "the fleet"),
  block_duration_minutes: integer("Ignored: Amazon no longer sells spot instances by duration.").optional(),
  capacity_fallback: flag(
    "Where capacity is short, try the other subnets, zones and types that match, and for spot in the end an instance on demand. Beyond Packer.",
  ).default(false),
  vpc_id: defaultText(text("The VPC to launch in.").optional(), "the default VPC"),
  vpc_filter: block(resourceFilter, "The VPC, found by its properties.").optional(),
  subnet_id: text("The subnet to launch in.").optional(),
  subnet_filter: block(subnetFilter, "The subnet, found by its properties.").optional(),
  availability_zone: text("The zone to launch in.").optional(),
  security_group_id: text("An existing security group.").optional(),
  security_group_ids: list(text("An id."), "Existing security groups.").default([]),
  security_group_filter: block(resourceFilter, "Existing security groups, found by their properties.").optional(),
  temporary_security_group_source_cidrs: defaultText(
    list(text("An IPv4 or IPv6 network."), "Who may reach the machine through the temporary security group.").default(
      [],
    ),
    "your own address where it can be found out, else everybody (with a warning)",
  ),
  temporary_security_group_source_public_ip: flag(
    "Insist on your own address: fail where it cannot be found out.",
  ).default(false),
  associate_public_ip_address: flag("Give the machine a public address, or not, whatever the subnet says.").optional(),
  iam_instance_profile: text("Existing instance profile.").optional(),
  skip_profile_validation: flag("Do not look the instance profile up first.").default(false),
  temporary_iam_instance_profile_policy_document: block(
    policyDocument,
    "Policy for an instance profile made for this build.",
  ).optional(),
  ...tagFields("run_tag", "the machine and everything made to run it, and of the image unless `skip_ami_run_tags`"),
  ...tagFields("run_volume_tag", "the machine's volumes"),
  user_data: text("User data, as text; encoded as needed.").optional(),
  user_data_file: text("A file with user data.").optional(),
  ebs_optimized: flag("Launch EBS-optimised.").default(false),
  enable_nitro_enclave: flag("Allow Nitro enclaves.").default(false),
  enable_unlimited_credits: flag("Let burstable machines burst without limit (at a price).").default(false),
  shutdown_behavior: choice(["stop", "terminate"], "What a shutdown from inside does.").default("stop"),
  disable_stop_instance: flag(
    "Do not stop the machine: it stops itself as the last thing the provisioners do.",
  ).default(false),
  placement: block(placement, "Where the machine is placed.").optional(),
  tenancy: deprecated(choice(TENANCIES, "Tenancy of the instance.").optional(), "use tenancy in a placement block"),
  license_specifications: blocks(license, "A licence configuration to attach.").default([]),
  capacity_reservation_preference: choice(
    ["none", "open"],
    "Whether an open capacity reservation is used; `none` unless another reservation is named.",
  ).optional(),
  capacity_reservation_id: text("The capacity reservation to use.").optional(),
  capacity_reservation_group_arn: text("The group of capacity reservations to use.").optional(),
  metadata_options: block(metadataOptions, "The metadata service of the machine.").optional(),
  no_ephemeral: flag("Suppress the instance store volumes of the source image.").default(false),
  windows_password_timeout: duration("How long to wait for the password of a Windows machine.").default(20 * 60_000),
  ssh_interface: choice(
    ["public_ip", "private_ip", "public_dns", "private_dns", "ipv6", "session_manager"],
    "Which of the machine's addresses to connect to.",
  ).optional(),
  session_manager_port: integer("Local port of the Session Manager tunnel.").min(1).max(65_535).optional(),
  pause_before_ssm: duration("How long to leave the machine alone before the first Session Manager tunnel.").default(0),
};

/** What asks for a spot instance. */
export const SPOT = ["spot_price", "spot_instance_types"] as const;

export const runRenamed = { enable_t2_unlimited: "enable_unlimited_credits" } as const;

export const runRules = [
  exactlyOne("source_ami", "source_ami_filter"),
  exactlyOne("instance_type", "spot_instance_types"),
  atMostOne("user_data", "user_data_file"),
  atMostOne("security_group_id", "security_group_ids", "security_group_filter"),
  atMostOne("iam_instance_profile", "temporary_iam_instance_profile_policy_document"),
  atMostOne("vpc_id", "vpc_filter"),
  atMostOne("subnet_id", "subnet_filter"),
  atMostOne("capacity_reservation_preference", "capacity_reservation_id", "capacity_reservation_group_arn"),
  rule(["source_ami"], amiIdLooksRight),
  rule(["block_duration_minutes"], durationIsIgnored),
  rule(["enable_unlimited_credits", "enable_nitro_enclave", ...SPOT], onDemandOnly),
  rule(["spot_tags", "spot_tag", "fleet_tags", "fleet_tag", ...SPOT], tagsNeedSpot),
  rule(["temporary_security_group_source_cidrs"], sourcesAreNetworks),
  rule(["ssh_interface", "iam_instance_profile", "temporary_iam_instance_profile_policy_document"], tunnelNeedsProfile),
  rule(["metadata_options"], metadataTagsNeedEndpoint),
];

function amiIdLooksRight({ source_ami: id }: Values): ConfigIssue[] {
  if (typeof id !== "string" || id === "" || /^ami-[0-9a-f]{8,17}$/.test(id)) return [];
  return [
    error(
      "invalid-argument",
      ["source_ami"],
      "Invalid value",
      `source_ami must be an image id such as "ami-0c55b159cbfafe1f0", not "${id}". To find an image by its name use source_ami_filter.`,
    ),
  ];
}

function durationIsIgnored({ block_duration_minutes: minutes }: Values): ConfigIssue[] {
  if (minutes === undefined) return [];
  return [
    warning(
      "ignored-argument",
      ["block_duration_minutes"],
      "Ignored argument",
      "Amazon no longer sells spot instances by duration; block_duration_minutes has no effect.",
    ),
  ];
}

/** Whether the machine is to be a spot instance. */
export const isSpotWanted = (config: { readonly [Name in (typeof SPOT)[number]]?: unknown }): boolean =>
  SPOT.some((name) => {
    const value = config[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== "";
  });

function onDemandOnly(config: Values): ConfigIssue[] {
  if (!isSpotWanted(config)) return [];
  return ["enable_unlimited_credits", "enable_nitro_enclave"]
    .filter((name) => config[name] === true)
    .map((name) => conflict([name], `${name} is for instances on demand, and this template asks for a spot instance.`));
}

function tagsNeedSpot(config: Values): ConfigIssue[] {
  if (isSpotWanted(config)) return [];
  return ["spot_tags", "spot_tag", "fleet_tags", "fleet_tag"]
    .filter((name) => Object.keys((config[name] as object | undefined) ?? {}).length > 0)
    .map((name) => conflict([name], `${name} has nothing to tag: no spot instance is asked for.`));
}

function sourcesAreNetworks({ temporary_security_group_source_cidrs: networks = [] }: Values): ConfigIssue[] {
  return (networks as readonly unknown[]).flatMap((network, index) => {
    if (typeof network !== "string" || isNetwork(network)) return [];
    const detail = `Each must be a network such as "203.0.113.7/32" or "2001:db8::/48", not "${network}".`;
    return [error("invalid-argument", ["temporary_security_group_source_cidrs", index], "Invalid value", detail)];
  });
}

function isNetwork(text: string): boolean {
  const [, address = "", bits = ""] = /^(.+)\/(\d{1,3})$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits) <= (family === 4 ? 32 : 128);
}

function tunnelNeedsProfile(config: Values): ConfigIssue[] {
  const hasProfile =
    Boolean(config["iam_instance_profile"]) || config["temporary_iam_instance_profile_policy_document"] !== undefined;
  if (config["ssh_interface"] !== "session_manager" || hasProfile) return [];
  const detail =
    'With ssh_interface = "session_manager" the machine needs an instance profile that lets it reach Systems Manager (the policy AmazonSSMManagedInstanceCore). Set iam_instance_profile, or temporary_iam_instance_profile_policy_document.';
  return [error("missing-argument", ["ssh_interface"], "Missing argument", detail)];
}

function metadataTagsNeedEndpoint({ metadata_options: options }: Values): ConfigIssue[] {
  const { http_endpoint, instance_metadata_tags } = (options ?? {}) as Record<string, unknown>;
  if (http_endpoint !== "disabled" || instance_metadata_tags !== "enabled") return [];
  return [
    conflict(
      ["metadata_options", "instance_metadata_tags"],
      'Tags are read from the metadata service, which http_endpoint = "disabled" switches off.',
    ),
  ];
}

function hostsHaveTenancy({ tenancy, host_id: host, host_resource_group_arn: group }: Values): ConfigIssue[] {
  if ((!host && !group) || tenancy === undefined || tenancy === "host") return [];
  return [conflict(["tenancy"], `A dedicated host has the tenancy "host", not "${String(tenancy)}".`)];
}

const runSchema = defineSchema(runFields);
export type RunConfig = ConfigOf<typeof runSchema>;
