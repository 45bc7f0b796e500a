import type { RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import { markTags, mergeTags, tagSpecifications } from "../aws/mark.ts";
import { blockDeviceMappings, noEphemeral } from "./block-devices.ts";
import { tagsFor, type AmazonBuild } from "./build.ts";
import type { BlockDevice } from "./options/block-device.ts";
import { isSpotWanted, type RunConfig } from "./options/run.ts";
import { userData } from "./user-data.ts";

/** Everything but where and how big: the same for every try. */
export type LaunchRequest = Omit<RunInstancesCommandInput, "MinCount" | "MaxCount" | "InstanceType">;

export interface Parts {
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
  { groups, keyName, profile, devices, token }: Parts,
): Promise<LaunchRequest> {
  const { run } = build;
  const mark = markTags(run, token);
  const runTags = tagsFor(build, config.run_tags, config.run_tag);
  const instanceTags = mergeTags([{ Key: "Name", Value: "Packer Builder" }], runTags, mark);
  const volumeTags = mergeTags(tagsFor(build, config.run_volume_tags, config.run_volume_tag), mark);
  const mappings = [...(config.no_ephemeral ? noEphemeral : []), ...blockDeviceMappings(devices)];
  return {
    ImageId: build.source.ImageId,
    UserData: await userData(run, config),
    KeyName: keyName,
    SecurityGroupIds: [...groups],
    EbsOptimized: config.ebs_optimized || undefined,
    InstanceInitiatedShutdownBehavior: config.shutdown_behavior,
    ...(profile === undefined ? {} : { IamInstanceProfile: profileName(profile) }),
    ...(mappings.length === 0 ? {} : { BlockDeviceMappings: mappings }),
    ...machineOptions(config),
    TagSpecifications: [
      ...tagSpecifications(["instance", "network-interface"], instanceTags),
      ...tagSpecifications(["volume"], volumeTags),
    ],
  };
}

/** By name or by ARN. */
export const profileName = (name: string) => (name.startsWith("arn:") ? { Arn: name } : { Name: name });

function machineOptions(config: RunConfig): Partial<LaunchRequest> {
  const { placement, metadata_options: metadata } = config;
  const tenancy = placement?.tenancy ?? config.tenancy;
  const reservation = reservationOf(config);
  return {
    ...(config.enable_nitro_enclave ? { EnclaveOptions: { Enabled: true } } : {}),
    ...(config.enable_unlimited_credits ? { CreditSpecification: { CpuCredits: "unlimited" } } : {}),
    ...(reservation === undefined ? {} : { CapacityReservationSpecification: reservation }),
    ...(config.license_specifications.length === 0
      ? {}
      : {
          LicenseSpecifications: config.license_specifications.map((license) => ({
            LicenseConfigurationArn: license.license_configuration_request,
          })),
        }),
    ...(placement === undefined && tenancy === undefined
      ? {}
      : {
          Placement: {
            Tenancy: tenancy,
            HostId: placement?.host_id,
            HostResourceGroupArn: placement?.host_resource_group_arn,
          },
        }),
    ...(metadata === undefined
      ? {}
      : {
          MetadataOptions: {
            HttpEndpoint: metadata.http_endpoint,
            HttpTokens: metadata.http_tokens,
            HttpPutResponseHopLimit: metadata.http_put_response_hop_limit,
            InstanceMetadataTags: metadata.instance_metadata_tags,
          },
        }),
  };
}

function reservationOf(config: RunConfig): LaunchRequest["CapacityReservationSpecification"] {
  const id = config.capacity_reservation_id;
  const group = config.capacity_reservation_group_arn;
  if (id) return { CapacityReservationTarget: { CapacityReservationId: id } };
  if (group) return { CapacityReservationTarget: { CapacityReservationResourceGroupArn: group } };
  // A reservation belongs to whom it was made for: a build takes one only where it is told to. Spot has none.
  if (isSpotWanted(config)) return undefined;
  return { CapacityReservationPreference: config.capacity_reservation_preference ?? "none" };
}

/** Where the user says whether there is a public address; else EC2 makes the interface by itself. */
export function ownInterface({ SecurityGroupIds }: LaunchRequest, config: RunConfig) {
  const AssociatePublicIpAddress = config.associate_public_ip_address;
  if (AssociatePublicIpAddress === undefined) return undefined;
  return { DeviceIndex: 0, AssociatePublicIpAddress, Groups: SecurityGroupIds, DeleteOnTermination: true };
}
