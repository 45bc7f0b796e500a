import { constants, generateKeyPairSync, publicEncrypt } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { hostOf } from "../../../../src/plugins/amazon/builders/address.ts";
import { blockDeviceMappings } from "../../../../src/plugins/amazon/builders/block-devices.ts";
import type { Cloud } from "../../../../src/plugins/amazon/aws/cloud.ts";
import { launchRequest } from "../../../../src/plugins/amazon/builders/launch-request.ts";
import { builder } from "../../../../src/plugins/amazon/builders/ebs.ts";
import { userData } from "../../../../src/plugins/amazon/builders/user-data.ts";
import { decryptPassword } from "../../../../src/plugins/amazon/builders/windows-password.ts";
import { configOf, issuesOf } from "../../../helper/decode-config.ts";
import { createRecordingRun } from "../../../helper/recording-run.ts";

const minimal = { ami_name: "image", instance_type: "t2.micro", source_ami: "ami-12345678", ssh_username: "ubuntu" };
const config = (more: object = {}) => configOf(builder.schema, { ...minimal, ...more });

describe("launchRequest", () => {
  const parts = { groups: ["sg-1"], keyName: undefined, profile: undefined, devices: [], token: "t" };
  const build = async () => ({ run: await createRecordingRun(), cloud: { region: "r" } as Cloud, source: {} });

  it("uses no capacity reservation that it was not told to use", async () => {
    const request = async (more: object) =>
      (await launchRequest(await build(), config(more), parts)).CapacityReservationSpecification;
    expect(await request({})).toEqual({ CapacityReservationPreference: "none" });
    expect(await request({ capacity_reservation_preference: "open" })).toEqual({
      CapacityReservationPreference: "open",
    });
    expect(await request({ capacity_reservation_id: "cr-1" })).toEqual({
      CapacityReservationTarget: { CapacityReservationId: "cr-1" },
    });
    expect(await request({ spot_price: "auto" })).toBeUndefined();
  });

  it("gives burstable sizes standard credits, and asks for nothing else by itself (A-15)", async () => {
    const request = async (more: object) => launchRequest(await build(), config(more), parts);
    expect((await request({})).CreditSpecification).toEqual({ CpuCredits: "standard" });
    expect((await request({ instance_type: "m5.large" })).CreditSpecification).toBeUndefined();
    expect((await request({})).MetadataOptions).toBeUndefined();
    expect((await request({ metadata_options: { http_put_response_hop_limit: 2 } })).MetadataOptions).toEqual({
      HttpPutResponseHopLimit: 2,
    });
    const enclave = await request({ instance_type: "m5.xlarge", enable_nitro_enclave: true });
    expect(enclave.EnclaveOptions).toEqual({ Enabled: true });
  });

  it("writes every option of the machine as the API takes it", async () => {
    const options = {
      ebs_optimized: true,
      enable_unlimited_credits: true,
      shutdown_behavior: "terminate",
      placement: { host_id: "h-1", tenancy: "host" },
      license_specifications: [{ license_configuration_request: { license_configuration_arn: "arn:l" } }],
      metadata_options: { http_tokens: "required" },
      no_ephemeral: true,
      run_tags: { Team: "x" },
      run_volume_tags: { Disk: "y" },
    };
    const request = await launchRequest(await build(), config(options), { ...parts, profile: "arn:aws:iam::1:x" });
    expect(request).toMatchObject({
      EbsOptimized: true,
      CreditSpecification: { CpuCredits: "unlimited" },
      InstanceInitiatedShutdownBehavior: "terminate",
      Placement: { HostId: "h-1", Tenancy: "host" },
      LicenseSpecifications: [{ LicenseConfigurationArn: "arn:l" }],
      MetadataOptions: { HttpTokens: "required" },
      IamInstanceProfile: { Arn: "arn:aws:iam::1:x" },
    });
    expect(request.BlockDeviceMappings).toHaveLength(24);
    const tagsOf = (type: string) =>
      request.TagSpecifications!.find(({ ResourceType }) => ResourceType === type)!.Tags!.map(({ Key }) => Key);
    expect(tagsOf("instance")).toEqual(["Name", "Team", "imgbuild:run", "imgbuild:token", "imgbuild:expires"]);
    expect(tagsOf("volume")).toEqual(["Disk", "imgbuild:run", "imgbuild:token", "imgbuild:expires"]);
  });
});

describe("hostOf", () => {
  const instance = {
    PublicIpAddress: "54.1.1.1",
    PrivateIpAddress: "10.0.0.1",
    PublicDnsName: "",
    PrivateDnsName: "ip-10-0-0-1",
    NetworkInterfaces: [{ Ipv6Addresses: [{ Ipv6Address: "2001:db8::1" }] }],
  };
  it.each([
    [undefined, "54.1.1.1"],
    ["public_ip", "54.1.1.1"],
    ["private_ip", "10.0.0.1"],
    ["public_dns", undefined],
    ["private_dns", "ip-10-0-0-1"],
    ["ipv6", "2001:db8::1"],
    ["session_manager", "127.0.0.1"],
  ] as const)("ssh_interface %s: %s", (wanted, host) => {
    expect(hostOf(instance, wanted)).toBe(host);
  });
  it("is private where there is no public address", () => {
    expect(hostOf({ ...instance, PublicIpAddress: undefined }, undefined)).toBe("10.0.0.1");
  });
});

describe("userData", () => {
  it("encodes text, and leaves base64 as it is", async () => {
    const run = await createRecordingRun();
    const script = "#!/bin/sh\necho hi\n";
    const encoded = Buffer.from(script).toString("base64");
    expect(await userData(run, config({ user_data: script }))).toBe(encoded);
    expect(await userData(run, config({ user_data: encoded }))).toBe(encoded);
    expect(await userData(run, config())).toBeUndefined();
  });
  it("keeps gzip whole, and says when it is too much", async () => {
    const run = await createRecordingRun();
    const packed = gzipSync("#cloud-config\n");
    await writeFile(join(run.directories.work, "data.gz"), packed);
    expect(await userData(run, config({ user_data_file: "data.gz" }))).toBe(packed.toString("base64"));
    await expect(userData(run, config({ user_data: "# ".repeat(9000) }))).rejects.toThrow(
      "18000 bytes, and EC2 takes at most 16384",
    );
    await expect(userData(run, config({ user_data_file: "none" }))).rejects.toThrow(
      'user_data_file "none" cannot be read',
    );
  });
});

describe("decryptPassword", () => {
  it("reads what Windows encrypts for the key pair", () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const data = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from("p4ss;word"));
    const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
    expect(decryptPassword(data.toString("base64"), pem)).toBe("p4ss;word");
  });
});

describe("blockDeviceMappings", () => {
  it("writes each kind of device as the API takes it", () => {
    const { launch_block_device_mappings: devices } = config({
      launch_block_device_mappings: [
        { device_name: "/dev/sda1", volume_type: "gp3", volume_size: 20, iops: 3000, throughput: 125, kms_key_id: "k" },
        { device_name: "/dev/sdb", virtual_name: "ephemeral0" },
        { device_name: "/dev/sdc", no_device: true },
      ],
    });
    expect(blockDeviceMappings(devices, {})).toEqual([
      {
        DeviceName: "/dev/sda1",
        Ebs: {
          DeleteOnTermination: false,
          VolumeType: "gp3",
          VolumeSize: 20,
          Iops: 3000,
          Throughput: 125,
          Encrypted: true,
          KmsKeyId: "k",
        },
      },
      { DeviceName: "/dev/sdb", VirtualName: "ephemeral0" },
      { DeviceName: "/dev/sdc", NoDevice: "" },
    ]);
  });
});

describe("the arguments of amazon-ebs", () => {
  it.each([
    [{ ami_name: "a" }, "ami_name must have 3 to 128 characters"],
    [{ ami_name: "a:b:c" }, 'and ":" is none of them'],
    [{ source_ami: "ubuntu" }, "source_ami must be an image id"],
    [{ access_key: "a" }, '"access_key" needs "secret_key"'],
    [{ spot_instance_types: ["t3.micro"] }, "Only one of"],
    [{ deprecate_at: "tomorrow" }, "deprecate_at must be a date"],
    [{ kms_key_id: "k" }, "has no effect without encrypt_boot"],
    [{ skip_save_build_region: true }, "ami_regions names no region"],
    [{ launch_block_device_mappings: [{ device_name: "a", volume_type: "io1" }] }, "needs iops"],
    [{ region_kms_key_ids: { "us-west-2": "k" } }, "is not in ami_regions"],
    [{ encrypt_boot: true, snapshot_users: ["123456789012"] }, "cannot be shared"],
    [{ spot_price: "auto", enable_nitro_enclave: true }, "enable_nitro_enclave is for instances on demand"],
    [{ spot_price: "auto", enable_unlimited_credits: true }, "enable_unlimited_credits is for instances on demand"],
    [{ spot_price: "auto", ena_support: true }, "a spot instance cannot be stopped"],
    [{ spot_tags: { a: "b" } }, "spot_tags has nothing to tag"],
    [{ fleet_tag: [{ key: "a", value: "b" }] }, "fleet_tag has nothing to tag"],
    [{ temporary_security_group_source_cidrs: ["10.0.0.1"] }, 'not "10.0.0.1"'],
    [{ temporary_security_group_source_cidrs: ["10.0.0.0/33"] }, 'not "10.0.0.0/33"'],
    [{ ssh_interface: "session_manager" }, "AmazonSSMManagedInstanceCore"],
    [{ metadata_options: { http_endpoint: "disabled", instance_metadata_tags: "enabled" } }, "switches off"],
    [{ placement: { host_id: "h-1", tenancy: "default" } }, 'has the tenancy "host"'],
    [{ placement: { host_id: "h-1", host_resource_group_arn: "arn:x" } }, "Only one of"],
    [{ fast_launch: { template_id: "lt-1", template_name: "a" } }, "either template_id or template_name"],
    [{ fast_launch: { template_version: 2 } }, "template_version needs template_id"],
    [{ region: "us-east-1", fast_launch: { region_launch_templates: [{ region: "x" }] } }, "gets no image"],
    [{ tenancy: "dedicated" }, "use tenancy in a placement block"],
  ])("%j: %s", (args, text) => {
    const issues = issuesOf(builder.schema, { ...minimal, ...args });
    expect(issues.map(({ detail }) => detail).join("\n")).toContain(text);
  });
});
