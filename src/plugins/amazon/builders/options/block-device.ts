import { choice, flag, integer, text } from "../../../../sdk/schema/field.ts";
import { conflict, error, rule, warning } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigIssue, type ConfigOf, type DecodedFields } from "../../../../sdk/schema/schema.ts";

/** One entry of `launch_block_device_mappings` or `ami_block_device_mappings`. */
export const blockDeviceFields = {
  device_name: text("Name the device has in the instance, such as `/dev/sda1`."),
  volume_type: choice(["gp2", "gp3", "io1", "io2", "st1", "sc1", "standard"], "Type of the volume.").optional(),
  volume_size: integer("GiB.").min(1).optional(),
  iops: integer(
    "Provisioned operations a second, for io1, io2 and gp3. Without `volume_type`, for the type of the source image's volume.",
  )
    .min(100)
    .optional(),
  throughput: integer("MiB a second, for gp3.").min(125).max(2000).optional(),
  encrypted: flag("Encrypt the volume.").optional(),
  kms_key_id: text("Key to encrypt with, by id, ARN or alias; implies `encrypted`.").optional(),
  snapshot_id: text("Snapshot to make the volume from.").optional(),
  delete_on_termination: flag("Delete the volume with the instance.").default(false),
  no_device: flag("Suppress a device that the source image maps.").default(false),
  virtual_name: text("Instance store volume, such as `ephemeral0`.").optional(),
};

type BlockDeviceArguments<Name extends keyof typeof blockDeviceFields> = DecodedFields<typeof blockDeviceFields, Name>;

export const blockDeviceRules = [
  rule(blockDeviceFields, ["volume_type", "iops"], iopsFitType),
  rule(blockDeviceFields, ["volume_type", "iops", "volume_size"], iopsFitSize),
  rule(blockDeviceFields, ["volume_type", "throughput"], throughputFitsType),
  rule(blockDeviceFields, ["encrypted", "kms_key_id"], keyMeansEncrypted),
];

export const blockDevice = defineSchema(blockDeviceFields, { rules: blockDeviceRules });
export type BlockDevice = ConfigOf<typeof blockDevice>;

function iopsFitType({ volume_type: type, iops }: BlockDeviceArguments<"volume_type" | "iops">): ConfigIssue[] {
  const needsIops = type === "io1" || type === "io2";
  if (needsIops && iops === undefined) {
    return [error("missing-argument", ["iops"], "Missing argument", `A volume of type ${type} needs iops.`)];
  }
  if (iops === undefined || type === undefined || needsIops) return [];
  if (type !== "gp3")
    return [idle("iops", `iops goes with io1, io2 and gp3 volumes; a ${type} volume is made without.`)];
  if (iops >= 3000 && iops <= 80_000) return [];
  return [invalidIops("iops of a gp3 volume must be from 3000 to 80000.")];
}

/** Operations a second for each GiB (EC2 user guide, "Amazon EBS volume types"). */
const IOPS_PER_GIB: Readonly<Record<string, number>> = { io1: 50, io2: 1000 };

function iopsFitSize({ volume_type, iops, volume_size }: BlockDeviceArguments<"volume_type" | "iops" | "volume_size">) {
  const ratio = IOPS_PER_GIB[volume_type ?? ""];
  if (ratio === undefined || iops === undefined || volume_size === undefined) return [];
  const most = ratio * volume_size;
  if (iops <= most) return [];
  return [invalidIops(`An ${volume_type} volume of ${volume_size} GiB takes at most ${most} iops.`)];
}

function throughputFitsType({
  volume_type,
  throughput,
}: BlockDeviceArguments<"volume_type" | "throughput">): ConfigIssue[] {
  if (throughput === undefined || volume_type === "gp3") return [];
  return [conflict(["throughput"], "throughput goes with gp3 volumes only.")];
}

function keyMeansEncrypted({
  encrypted,
  kms_key_id: key,
}: BlockDeviceArguments<"encrypted" | "kms_key_id">): ConfigIssue[] {
  if (key === undefined || encrypted !== false) return [];
  return [conflict(["kms_key_id"], "kms_key_id encrypts the volume, and encrypted = false asks not to.")];
}

function idle(name: keyof typeof blockDeviceFields, detail: string): ConfigIssue {
  return warning("ignored-argument", [name], "Ignored argument", detail);
}

function invalidIops(detail: string): ConfigIssue {
  return error("invalid-argument", ["iops"], "Invalid value", detail);
}
