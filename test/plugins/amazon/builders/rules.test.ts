import { describe, expect, it } from "vitest";
import { builder as ebs } from "../../../../src/plugins/amazon/builders/ebs.ts";
import { builder as ebssurrogate } from "../../../../src/plugins/amazon/builders/ebssurrogate.ts";
import { schema as importSchema } from "../../../../src/plugins/amazon/import/options.ts";
import { isSpotWanted } from "../../../../src/plugins/amazon/builders/options/run.ts";
import { blockDeviceMappings } from "../../../../src/plugins/amazon/builders/block-devices.ts";
import { configOf, issuesOf } from "../../../helper/decode-config.ts";

const minimal = { ami_name: "image", instance_type: "m5.large", source_ami: "ami-12345678", ssh_username: "ubuntu" };
const shown = (issues: ReturnType<typeof issuesOf>) => issues.map(({ code, path }) => `${code} ${path.join(".")}`);
const said = (more: object) => shown(issuesOf(ebs.schema, { ...minimal, ...more }));
const shared = { encrypt_boot: true, kms_key_id: "alias/k", ami_users: ["1"] };

/** What Packer's `validate` refuses, and what it does not although EC2 would. */
describe("amazon-ebs", () => {
  it.each<[string, object, readonly string[]]>([
    [
      "an enclave of a burstable size",
      { instance_type: "t3.micro", enable_nitro_enclave: true },
      ["conflicting-arguments enable_nitro_enclave"],
    ],
    [
      "credits of a size that has none",
      { enable_unlimited_credits: true },
      ["conflicting-arguments enable_unlimited_credits"],
    ],
    [
      "a shared copy without a key of its region",
      { ...shared, ami_regions: ["us-west-2"] },
      ["conflicting-arguments ami_users"],
    ],
    [
      "a shared copy with an empty key",
      { ...shared, ami_regions: ["us-west-2"], region_kms_key_ids: { "us-west-2": "" } },
      ["conflicting-arguments ami_users"],
    ],
    [
      "a shared copy with its key",
      { ...shared, ami_regions: ["us-west-2"], region_kms_key_ids: { "us-west-2": "alias/l" } },
      [],
    ],
    [
      "a copy with the default key",
      { encrypt_boot: true, ami_regions: ["us-west-2"], region_kms_key_ids: { "us-west-2": "" } },
      [],
    ],
    ["no KMS key", { encrypt_boot: true, kms_key_id: "My Key" }, ["invalid-argument kms_key_id"]],
    [
      "keys of regions without encryption",
      { ami_regions: ["us-west-2"], region_kms_key_ids: { "us-west-2": "alias/l" } },
      ["missing-argument encrypt_boot"],
    ],
    [
      "an existing key pair beside the password of a Windows machine",
      { communicator: "winrm", winrm_username: "x", winrm_password: "p", ssh_keypair_name: "mine" },
      [],
    ],
    ["an existing key pair without its key", { ssh_keypair_name: "mine" }, ["missing-argument ssh_keypair_name"]],
    [
      "two tenancies",
      { tenancy: "host", placement: { tenancy: "host" } },
      ["deprecated-argument tenancy", "conflicting-arguments tenancy"],
    ],
    [
      "gp3 as EC2 takes it since 2025",
      {
        launch_block_device_mappings: [
          { device_name: "x", volume_type: "gp3", volume_size: 200, iops: 80000, throughput: 2000 },
        ],
      },
      [],
    ],
    [
      "iops of a type that has none",
      { launch_block_device_mappings: [{ device_name: "x", volume_type: "gp2", iops: 300 }] },
      ["ignored-argument launch_block_device_mappings.0.iops"],
    ],
    [
      "iops without a type",
      { launch_block_device_mappings: [{ device_name: "x", volume_type: "", volume_size: 0, iops: 3000 }] },
      [],
    ],
    ["spot without a price", { spot_price: "0" }, []],
    ["tags of no spot instance", { spot_price: "0", spot_tags: { a: "b" } }, ["conflicting-arguments spot_tags"]],
    [
      "owners that are nobody",
      { source_ami: undefined, source_ami_filter: { owners: [] } },
      ["invalid-argument source_ami_filter.owners"],
    ],
    [
      "a launch template twice",
      {
        region: "us-east-1",
        fast_launch: { region_launch_templates: [{ region: "us-east-1" }, { region: "us-east-1" }] },
      },
      ["conflicting-arguments fast_launch.region_launch_templates.1.region"],
    ],
    [
      "Packer's spelling of a launch template",
      {
        region: "us-east-1",
        fast_launch: {
          enable_fast_launch: true,
          region_launch_templates: [{ region: "us-east-1", enable_fast_launch: false }],
        },
      },
      [],
    ],
    [
      "licences",
      { license_specifications: [{ license_configuration_request: { license_configuration_arn: "arn" } }] },
      [],
    ],
    [
      "a tag of volumes by either name",
      {
        run_volume_tag: [
          { name: "a", value: "" },
          { key: "b", value: "c" },
        ],
      },
      [],
    ],
    [
      "a policy without a resource",
      { temporary_iam_instance_profile_policy_document: { Statement: [{ Action: ["a"] }] } },
      [],
    ],
    ["a role of Vault without a name", { vault_aws_engine: { engine_name: "aws" } }, []],
    [
      "Vault beside keys",
      { vault_aws_engine: { name: "x" }, access_key: "a", secret_key: "b" },
      ["conflicting-arguments access_key"],
    ],
  ])("%s", (_, more, expected) => {
    expect(said(more)).toEqual(expected);
  });

  it("says how many owners there have to be", () => {
    const [issue] = issuesOf(ebs.schema, { ...minimal, source_ami: undefined, source_ami_filter: { owners: [] } });
    expect(issue!.detail).toContain("it must have at least one entry");
  });

  it("asks for no spot instance with the price 0 (A-08)", () => {
    const config = (spot_price: string) => configOf(ebs.schema, { ...minimal, spot_price });
    expect(isSpotWanted(config("0"))).toBe(false);
    expect(isSpotWanted(config("auto"))).toBe(true);
    expect(isSpotWanted(config("0.01"))).toBe(true);
  });

  it("sends operations a second where the volume's type has them, that of the source image included (A-04)", () => {
    const { launch_block_device_mappings: devices } = configOf(ebs.schema, {
      ...minimal,
      launch_block_device_mappings: [{ device_name: "/dev/sda1", iops: 3000, kms_key_id: "", snapshot_id: "" }],
    });
    const from = (VolumeType: "gp2" | "gp3") => ({
      BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: { VolumeType } }],
    });
    expect(blockDeviceMappings(devices, from("gp3"))[0]!.Ebs).toMatchObject({ Iops: 3000 });
    const { Ebs } = blockDeviceMappings(devices, from("gp2"))[0]!;
    expect([Ebs!.Iops, Ebs!.KmsKeyId, Ebs!.SnapshotId]).toEqual([undefined, undefined, undefined]);
  });
});

describe("amazon-ebssurrogate and amazon-import", () => {
  const device = { device_name: "/dev/xvdf" };
  const surrogate = {
    ...minimal,
    launch_block_device_mappings: [device],
    ami_root_device: { source_device_name: "/dev/xvdf", device_name: "/dev/xvda" },
  };

  it.each<[object, readonly string[]]>([
    [{ uefi_data: "x" }, ["conflicting-arguments uefi_data"]],
    [{ uefi_data: "x", boot_mode: "uefi" }, []],
    [{ uefi_data: "x", ami_architecture: "arm64" }, []],
  ])("UEFI variables of a system that boots with a BIOS: %j", (more, expected) => {
    expect(shown(issuesOf(ebssurrogate.schema, { ...surrogate, ...more }))).toEqual(expected);
  });

  it.each<[object, readonly string[]]>([
    [{}, []],
    [{ boot_mode: "uefi" }, ["missing-argument platform"]],
    [{ architecture: "arm64" }, ["missing-argument platform"]],
    [{ architecture: "arm64", platform: "linux" }, []],
    [{ architecture: "arm64", boot_mode: "legacy-bios" }, ["conflicting-arguments boot_mode"]],
  ])("how an imported image boots: %j", (more, expected) => {
    expect(shown(issuesOf(importSchema, { s3_bucket_name: "b", ...more }))).toEqual(expected);
  });
});
