import { choice, flag, integer, text } from "../../../../sdk/schema/field.ts";
import { conflict, error, rule } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigIssue, type ConfigOf } from "../../../../sdk/schema/schema.ts";

type Values = Readonly<Record<string, unknown>>;

/** One entry of `launch_block_device_mappings` or `ami_block_device_mappings`. */
export const blockDeviceFields = {
  device_name: text("Name the device has in the instance, such as `/dev/sda1`."),
  volume_type: choice(["gp2", "gp3", "io1", "io2", "st1", "sc1", "standard"], "Type of the volume.").optional(),
  volume_size: integer("GiB.").min(1).optional(),
  iops: integer("Provisioned operations a second, for io1, io2 and gp3.").min(100).optional(),
  throughput: integer("MiB a second, for gp3.").min(125).max(1000).optional(),
  encrypted: flag("Encrypt the volume.").optional(),
  kms_key_id: text("Key to encrypt with, by id, ARN or alias; implies `encrypted`.").optional(),
  snapshot_id: text("Snapshot to make the volume from.").optional(),
  delete_on_termination: flag("Delete the volume with the instance.").default(false),
  no_device: flag("Suppress a device that the source image maps.").default(false),
  virtual_name: text("Instance store volume, such as `ephemeral0`.").optional(),
};

export const blockDeviceRules = [
  rule(["volume_type", "iops"], iopsFitType),
  rule(["volume_type", "iops", "volume_size"], iopsFitSize),
  rule(["volume_type", "throughput"], throughputFitsType),
  rule(["encrypted", "kms_key_id"], keyMeansEncrypted),
];

export const blockDevice = defineSchema(blockDeviceFields, { rules: blockDeviceRules });
export type BlockDevice = ConfigOf<typeof blockDevice>;

function iopsFitType({ volume_type: type, iops }: Values): ConfigIssue[] {
  const needsIops = type === "io1" || type === "io2";
  if (needsIops && iops === undefined) {
    return [error("missing-argument", ["iops"], "Missing argument", `A volume of type ${type} needs iops.`)];
  }
  if (iops === undefined || needsIops) return [];
  if (type !== "gp3") return [conflict(["iops"], "iops goes with io1, io2 and gp3 volumes only.")];
  const isInRange = (iops as number) >= 3000 && (iops as number) <= 16_000;
  return isInRange
    ? []
    : [error("invalid-argument", ["iops"], "Invalid value", "iops of a gp3 volume must be from 3000 to 16000.")];
}

/** Operations a second for each GiB. */
const IOPS_PER_GIB: Readonly<Record<string, number>> = { io1: 50, io2: 500 };

function iopsFitSize({ volume_type: type, iops, volume_size: size }: Values): ConfigIssue[] {
  const ratio = IOPS_PER_GIB[String(type)];
  if (ratio === undefined || iops === undefined || size === undefined) return [];
  if ((iops as number) <= ratio * (size as number)) return [];
  return [
    error(
      "invalid-argument",
      ["iops"],
      "Invalid value",
      `An ${type} volume of ${size} GiB takes at most ${ratio * (size as number)} iops.`,
    ),
  ];
}

function throughputFitsType({ volume_type: type, throughput }: Values): ConfigIssue[] {
  if (throughput === undefined || type === "gp3") return [];
  return [conflict(["throughput"], "throughput goes with gp3 volumes only.")];
}

function keyMeansEncrypted({ encrypted, kms_key_id: key }: Values): ConfigIssue[] {
  if (key === undefined || encrypted !== false) return [];
  return [conflict(["kms_key_id"], "kms_key_id encrypts the volume, and encrypted = false asks not to.")];
}
