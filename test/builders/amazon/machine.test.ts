import { constants, generateKeyPairSync, publicEncrypt } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { hostOf } from "../../../src/builders/amazon/address.ts";
import { blockDeviceMappings } from "../../../src/builders/amazon/block-devices.ts";
import { builder } from "../../../src/builders/amazon/ebs.ts";
import { userData } from "../../../src/builders/amazon/user-data.ts";
import { decryptPassword } from "../../../src/builders/amazon/windows-password.ts";
import { configOf, issuesOf } from "../../helper/decode-config.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";

const minimal = { ami_name: "image", instance_type: "t2.micro", source_ami: "ami-12345678", ssh_username: "ubuntu" };
const config = (more: object = {}) => configOf(builder.schema, { ...minimal, ...more });

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
    expect(blockDeviceMappings(devices)).toEqual([
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
  ])("%j: %s", (args, text) => {
    const issues = issuesOf(builder.schema, { ...minimal, ...args });
    expect(issues.map(({ detail }) => detail).join("\n")).toContain(text);
  });
});
