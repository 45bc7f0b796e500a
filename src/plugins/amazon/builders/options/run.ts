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
import { atMostOne, conflict, rule } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../../sdk/schema/schema.ts";
import { amiFilter, resourceFilter, subnetFilter } from "../../aws/options/filters.ts";
import { namedTags, tagFields } from "../../aws/options/tags.ts";

const TENANCIES = ["default", "dedicated", "host"] as const;

const placementFields = {
  host_resource_group_arn: text("ARN of the host resource group to launch into.").optional(),
  host_id: text("Dedicated host to launch on.").optional(),
  tenancy: choice(TENANCIES, "Tenancy of the instance.").optional(),
};
const placement = defineSchema(placementFields, {
  rules: [
    atMostOne("host_resource_group_arn", "host_id"),
    rule(placementFields, ["tenancy", "host_id", "host_resource_group_arn"], (args) => {
      const isDedicated = args.host_id || args.host_resource_group_arn;
      if (!isDedicated || args.tenancy === undefined || args.tenancy === "host") return [];
      return [conflict(["tenancy"], `A dedicated host has the tenancy "host", not "${args.tenancy}".`)];
    }),
  ],
});

const licenseRequest = defineSchema({
  license_configuration_arn: text("ARN of a licence configuration.").optional(),
});
const license = defineSchema({
  license_configuration_request: block(licenseRequest, "The licence configuration."),
});

const SWITCH = ["enabled", "disabled"] as const;

/** What is not given is left to the account's own defaults. */
const metadataOptions = defineSchema({
  http_endpoint: choice(SWITCH, "Whether the instance can ask the metadata service.").optional(),
  http_tokens: choice(["optional", "required"], "`required` means IMDSv2 only.").optional(),
  http_put_response_hop_limit: integer("Hops an answer of the metadata service may take.").min(1).max(64).optional(),
  instance_metadata_tags: choice(SWITCH, "Whether tags can be read from the metadata service.").optional(),
});

const statement = defineSchema({
  Effect: choice(["Allow", "Deny"], "What the statement does.").default("Allow"),
  Action: list(text("An action."), "Actions, such as `s3:GetObject`.").default([]),
  Resource: list(text("An ARN."), "What the actions may touch.").default([]),
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
  spot_price: text(
    "Most to pay for an hour on the spot market; `auto` sets no limit of its own, `0` asks for no spot instance.",
  ).optional(),
  spot_price_auto_product: deprecated(text("Ignored.").optional(), "spot requests do not need it any more; remove it"),
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
  run_volume_tag: namedTags("the machine's volumes"),
  user_data: text("User data, as text; encoded as needed.").optional(),
  user_data_file: text("A file with user data.").optional(),
  ebs_optimized: flag("Launch EBS-optimised.").default(false),
  enable_nitro_enclave: flag("Allow Nitro enclaves.").default(false),
  enable_unlimited_credits: flag(
    "Let burstable machines burst without limit (at a price). Otherwise they get `standard` credits, whatever the account's default.",
  ).default(false),
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
  session_manager_port: integer("Local port of the Session Manager tunnel; 0 for any.").min(0).max(65_535).optional(),
  pause_before_ssm: duration("How long to leave the machine alone before the first Session Manager tunnel.").default(0),
};

export const runRenamed = { enable_t2_unlimited: "enable_unlimited_credits" } as const;

/** The arguments that ask for a spot instance. */
export const SPOT = ["spot_price", "spot_instance_types"] as const;

/** Whether the machine is to be a spot instance. */
export function isSpotWanted({ spot_price, spot_instance_types }: Pick<RunConfig, (typeof SPOT)[number]>): boolean {
  if (spot_price === "0") return false;
  return Boolean(spot_price) || spot_instance_types.length > 0;
}

/** T2, T3, T3a and T4g: sizes that spend CPU credits. */
export function isBurstable(instanceType: string): boolean {
  return /^t(2|3a?|4g)\./.test(instanceType);
}

/** The sizes to try, in order of preference. */
export function instanceTypes({
  instance_type,
  spot_instance_types,
}: Pick<RunConfig, "instance_type" | "spot_instance_types">): string[] {
  return instance_type ? [instance_type] : [...spot_instance_types];
}

/** The security groups that the user names by id. */
export function namedGroups({
  security_group_id,
  security_group_ids,
}: Pick<RunConfig, "security_group_id" | "security_group_ids">): string[] {
  return security_group_id ? [security_group_id] : [...security_group_ids];
}

const runSchema = defineSchema(runFields);
export type RunConfig = ConfigOf<typeof runSchema>;
