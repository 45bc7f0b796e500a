import { describe, expect } from "vitest";
import { buildOnAmazon } from "../helper/amazon-build.ts";
import { letKeyIn } from "../helper/aws-template.ts";
import { ec2ForTests } from "../helper/ec2-for-tests.ts";
import { createSshd, type TestSshd } from "../helper/sshd.ts";

/** Options that no other test needs: does each reach the request it belongs in, and does moto take it there? */
const REGION = "us-east-1";
const ec2 = ec2ForTests({ regions: [REGION] });

/** The parameters of every real call of an action. */
const requests = (action: string) => ec2.calls(action).map(({ parameters }) => Object.fromEntries(parameters));

async function built(builder: Readonly<Record<string, unknown>>): Promise<string> {
  const { code, said } = await buildOnAmazon(ec2.proxy.endpoint, { builder });
  expect({ code, said }).toMatchObject({ code: 0 });
  return said;
}

const sshTo = ({ host, port, username }: TestSshd) => ({
  communicator: "ssh",
  ssh_host: host,
  ssh_port: port,
  ssh_username: username,
});

describe("options in requests", () => {
  ec2.it("the machine", async () => {
    const said = await built({
      availability_zone: "us-east-1b",
      security_group_filter: { filters: { "group-name": "default" } },
      run_tag: [{ key: "Team", value: "x" }],
      run_volume_tag: [{ key: "Disk", value: "y" }],
      metadata_options: { http_tokens: "required", http_put_response_hop_limit: 3 },
      enable_t2_unlimited: true,
      block_duration_minutes: 60,
      capacity_reservation_group_arn: "arn:aws:resource-groups:us-east-1:123456789012:group/ours",
      skip_create_ami: true,
    });
    expect(requests("RunInstances")).toEqual([
      expect.objectContaining({
        "Placement.AvailabilityZone": "us-east-1b",
        "SecurityGroupId.1": expect.stringMatching(/^sg-/),
        "TagSpecification.1.Tag.2.Key": "Team",
        "TagSpecification.3.ResourceType": "volume",
        "TagSpecification.3.Tag.1.Key": "Disk",
        "CreditSpecification.CpuCredits": "unlimited",
        "CapacityReservationSpecification.CapacityReservationTarget.CapacityReservationResourceGroupArn":
          "arn:aws:resource-groups:us-east-1:123456789012:group/ours",
        "MetadataOptions.HttpTokens": "required",
        "MetadataOptions.HttpPutResponseHopLimit": "3",
      }),
    ]);
    expect(requests("CreateSecurityGroup")).toEqual([]);
    expect(requests("CreateImage")).toEqual([]);
    expect(said).toContain("block_duration_minutes has no effect");
    expect(said).toContain('"enable_t2_unlimited" is deprecated');
  });

  ec2.it("the image", async () => {
    const [organization, unit] = ["organization/o-1", "ou/o-1/ou-1"].map(
      (path) => `arn:aws:organizations::123456789012:${path}`,
    );
    await built({
      run_tags: { Team: "x" },
      skip_ami_run_tags: true,
      ami_block_device_mappings: [{ device_name: "/dev/sdb", virtual_name: "ephemeral0" }],
      ami_users: ["123456789012"],
      ami_groups: ["all"],
      ami_org_arns: [organization],
      ami_ou_arns: [unit],
      ami_product_codes: ["code"],
      snapshot_users: ["123456789012"],
      snapshot_groups: ["all"],
      snapshot_tag: [{ key: "Snap", value: "z" }],
      sriov_support: true,
      imds_support: "v2.0",
    });
    expect(requests("CreateImage")).toEqual([
      expect.objectContaining({
        "BlockDeviceMapping.1.DeviceName": "/dev/sdb",
        "BlockDeviceMapping.1.VirtualName": "ephemeral0",
      }),
    ]);
    expect(requests("ModifyImageAttribute")).toEqual([
      expect.objectContaining({ "LaunchPermission.Add.1.UserId": "123456789012" }),
      expect.objectContaining({ "LaunchPermission.Add.1.Group": "all" }),
      expect.objectContaining({ "LaunchPermission.Add.1.OrganizationArn": organization }),
      expect.objectContaining({ "LaunchPermission.Add.1.OrganizationalUnitArn": unit }),
      expect.objectContaining({ "ProductCode.1": "code" }),
      expect.objectContaining({ "ImdsSupport.Value": "v2.0" }),
    ]);
    expect(requests("ModifySnapshotAttribute")).toEqual([
      expect.objectContaining({
        "CreateVolumePermission.Add.1.UserId": "123456789012",
        "CreateVolumePermission.Add.2.Group": "all",
      }),
    ]);
    expect(requests("ModifyInstanceAttribute")).toEqual([
      expect.objectContaining({ "SriovNetSupport.Value": "simple" }),
    ]);
    const tagged = JSON.stringify([...requests("CreateImage"), ...requests("CreateTags")]);
    expect(tagged).toContain('"Snap"');
    expect(tagged).not.toContain('"Team"');
  });

  ec2.it("the network, and a key pair that is there", async () => {
    const sshd = await createSshd();
    await ec2.moto.ec2(REGION, "CreateKeyPair", { KeyName: "mine" });
    await built({
      vpc_filter: { filters: { "is-default": "true" } },
      subnet_filter: { filters: { "availability-zone": "us-east-1c" }, most_free: true },
      ...sshTo(sshd),
      ssh_keypair_name: "mine",
      ssh_private_key_file: sshd.keyFile,
      skip_create_ami: true,
    });
    const [, subnet] = /<subnetId>([^<]+)/.exec(
      await ec2.moto.ec2(REGION, "DescribeSubnets", {
        "Filter.1.Name": "availability-zone",
        "Filter.1.Value.1": "us-east-1c",
      }),
    )!;
    expect(requests("RunInstances")).toEqual([expect.objectContaining({ KeyName: "mine", SubnetId: subnet })]);
    expect([...requests("CreateKeyPair"), ...requests("DeleteKeyPair")]).toEqual([]);
  });

  ec2.it("spot", async () => {
    ec2.proxy.fault = (call) =>
      call.action === "CreateFleet" ? { kind: "error", code: "MaxSpotInstanceCountExceeded" } : undefined;
    const { code } = await buildOnAmazon(ec2.proxy.endpoint, {
      builder: {
        instance_type: undefined,
        spot_instance_types: ["t2.micro", "t3.micro"],
        spot_allocation_strategy: "capacity-optimized",
        fleet_tag: [{ key: "Fleet", value: "f" }],
      },
    });
    expect(code).toBe(1);
    expect(requests("CreateFleet")[0]).toMatchObject({
      "LaunchTemplateConfigs.1.Overrides.2.InstanceType": "t3.micro",
      "SpotOptions.AllocationStrategy": "capacity-optimized",
      "TagSpecification.1.ResourceType": "fleet",
      "TagSpecification.1.Tag.1.Key": "Fleet",
    });
  });

  ec2.it("the tags of a spot request", async () => {
    // moto's fleets launch machines without a request of their own.
    ec2.proxy.answered = ({ action }, xml) =>
      action === "DescribeInstances"
        ? xml.replaceAll("</instanceId>", "</instanceId><spotInstanceRequestId>sir-0001</spotInstanceRequestId>")
        : xml;
    ec2.proxy.fault = ({ action, parameters }) =>
      action === "CreateTags" && parameters.get("ResourceId.1") === "sir-0001"
        ? { kind: "answer", xml: "<CreateTagsResponse><return>true</return></CreateTagsResponse>" }
        : undefined;
    await built({
      instance_type: undefined,
      spot_instance_types: ["t2.micro"],
      spot_tags: { Spot: "s" },
      skip_create_ami: true,
    });
    expect(requests("CreateTags")).toContainEqual(
      expect.objectContaining({ "ResourceId.1": "sir-0001", "Tag.1.Key": "Spot", "Tag.1.Value": "s" }),
    );
  });

  ec2.it("an image of another volume", async () => {
    await built({
      type: "amazon-ebssurrogate",
      launch_block_device_mappings: [
        { device_name: "/dev/xvdf", volume_size: 8, volume_type: "gp3", iops: 3000, throughput: 125 },
        { device_name: "/dev/xvdg", volume_size: 1, omit_from_artifact: true },
      ],
      ami_root_device: { source_device_name: "/dev/xvdf", device_name: "/dev/xvda", delete_on_termination: true },
      ami_architecture: "arm64",
      ami_virtualization_type: "hvm",
      boot_mode: "uefi",
      uefi_data: "AAAA",
      tpm_support: "v2.0",
      snapshot_description: "of the surrogate",
    });
    expect(requests("RunInstances")[0]).toMatchObject({
      "BlockDeviceMapping.1.Ebs.VolumeType": "gp3",
      "BlockDeviceMapping.1.Ebs.Iops": "3000",
      "BlockDeviceMapping.1.Ebs.Throughput": "125",
      "BlockDeviceMapping.2.DeviceName": "/dev/xvdg",
    });
    // Of the volume that is left out there is none.
    expect(requests("CreateSnapshot")).toEqual([expect.objectContaining({ Description: "of the surrogate" })]);
    expect(requests("RegisterImage")).toEqual([
      expect.objectContaining({
        Architecture: "arm64",
        VirtualizationType: "hvm",
        BootMode: "uefi",
        UefiData: "AAAA",
        TpmSupport: "v2.0",
        RootDeviceName: "/dev/xvda",
        "BlockDeviceMapping.1.Ebs.DeleteOnTermination": "true",
      }),
    ]);
  });

  ec2.it("a key pair of the build's", async () => {
    const sshd = await createSshd();
    ec2.proxy.answered = letKeyIn(sshd);
    await built({
      ...sshTo(sshd),
      temporary_key_pair_name: "named-by-the-user",
      temporary_key_pair_type: "rsa",
      skip_create_ami: true,
    });
    expect(requests("CreateKeyPair")).toEqual([
      expect.objectContaining({ KeyName: "named-by-the-user", KeyType: "rsa" }),
    ]);
    expect(requests("RunInstances")[0]).toMatchObject({ KeyName: "named-by-the-user" });
    expect(requests("DeleteKeyPair")).toHaveLength(1);
    expect(requests("CreateImage")).toEqual([]);
  });
});
