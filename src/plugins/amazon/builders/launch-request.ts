import type { IamInstanceProfileSpecification, RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import { markTags, mergeTags, tagSpecifications } from "../aws/mark.ts";
import { unlessEmpty } from "../aws/request.ts";
import { blockDeviceMappings, noEphemeral } from "./block-devices.ts";
import { tagsFor, type AmazonBuild } from "./build.ts";
import type { BlockDevice } from "./options/block-device.ts";
import { instanceTypes, isBurstable, isSpotWanted, type RunConfig } from "./options/run.ts";
import { userData } from "./user-data.ts";

/** Everything but the place and the size: the same for every try. */
export type LaunchRequest = Omit<RunInstancesCommandInput, "MinCount" | "MaxCount" | "InstanceType">;

export interface LaunchDetails {
  readonly groups: readonly string[];
  readonly keyName: string | undefined;
  /** Name or ARN of the instance profile. */
  readonly profile: string | undefined;
  readonly devices: readonly BlockDevice[];
  readonly token: string;
}

/** The machine as the template describes it, for `RunInstances` and for launch templates. */
export async function launchRequest(
  build: AmazonBuild,
  config: RunConfig,
  { groups, keyName, profile, devices, token }: LaunchDetails,
): Promise<LaunchRequest> {
  const { run } = build;
  const mark = markTags(run, token);
  const runTags = tagsFor(build, config.run_tags, config.run_tag);
  const instanceTags = mergeTags([{ Key: "Name", Value: "Packer Builder" }], runTags, mark);
  const volumeTags = mergeTags(tagsFor(build, config.run_volume_tags, config.run_volume_tag), mark);
  const suppressed = config.no_ephemeral ? noEphemeral : [];
  const mappings = [...suppressed, ...blockDeviceMappings(devices, build.source)];
  return {
    ImageId: build.source.ImageId,
    UserData: await userData(run, config),
    KeyName: keyName,
    SecurityGroupIds: [...groups],
    EbsOptimized: config.ebs_optimized || undefined,
    InstanceInitiatedShutdownBehavior: config.shutdown_behavior,
    IamInstanceProfile: profileName(profile),
    BlockDeviceMappings: unlessEmpty(mappings),
    ...machineOptions(config),
    TagSpecifications: [
      ...tagSpecifications(["instance", "network-interface"], instanceTags),
      ...tagSpecifications(["volume"], volumeTags),
    ],
  };
}

/** By name or by ARN; undefined for none. */
export function profileName(name: string | undefined): IamInstanceProfileSpecification | undefined {
  if (!name) return undefined;
  return name.startsWith("arn:") ? { Arn: name } : { Name: name };
}

function machineOptions(config: RunConfig): Partial<LaunchRequest> {
  const licenses = config.license_specifications.map((license) => ({
    LicenseConfigurationArn: license.license_configuration_request.license_configuration_arn,
  }));
  return {
    EnclaveOptions: config.enable_nitro_enclave ? { Enabled: true } : undefined,
    CreditSpecification: creditsOf(config),
    CapacityReservationSpecification: reservationOf(config),
    LicenseSpecifications: unlessEmpty(licenses),
    Placement: placementOf(config),
    MetadataOptions: metadataOptions(config.metadata_options),
  };
}

/** A size that bursts must not do so at a price that nobody asked for: EC2's own default for T3 and T4g is without limit. */
function creditsOf(config: RunConfig): LaunchRequest["CreditSpecification"] {
  if (config.enable_unlimited_credits) return { CpuCredits: "unlimited" };
  return instanceTypes(config).every(isBurstable) ? { CpuCredits: "standard" } : undefined;
}

function placementOf({ placement, tenancy }: RunConfig): LaunchRequest["Placement"] {
  if (placement === undefined && tenancy === undefined) return undefined;
  return {
    Tenancy: placement?.tenancy ?? tenancy,
    HostId: placement?.host_id,
    HostResourceGroupArn: placement?.host_resource_group_arn,
  };
}

function metadataOptions(options: RunConfig["metadata_options"]): LaunchRequest["MetadataOptions"] {
  if (options === undefined) return undefined;
  return {
    HttpEndpoint: options.http_endpoint,
    HttpTokens: options.http_tokens,
    HttpPutResponseHopLimit: options.http_put_response_hop_limit,
    InstanceMetadataTags: options.instance_metadata_tags,
  };
}

function reservationOf(config: RunConfig): LaunchRequest["CapacityReservationSpecification"] {
  const id = config.capacity_reservation_id;
  const group = config.capacity_reservation_group_arn;
  if (id) return { CapacityReservationTarget: { CapacityReservationId: id } };
  if (group) return { CapacityReservationTarget: { CapacityReservationResourceGroupArn: group } };
  // A reservation belongs to somebody: a build takes one only where the template says so. Spot has none.
  if (isSpotWanted(config)) return undefined;
  return { CapacityReservationPreference: config.capacity_reservation_preference ?? "none" };
}

/** Where the user says whether there is a public address; else EC2 makes the interface by itself. */
export function ownInterface({ SecurityGroupIds }: LaunchRequest, config: RunConfig) {
  const AssociatePublicIpAddress = config.associate_public_ip_address;
  if (AssociatePublicIpAddress === undefined) return undefined;
  return { DeviceIndex: 0, AssociatePublicIpAddress, Groups: SecurityGroupIds, DeleteOnTermination: true };
}
