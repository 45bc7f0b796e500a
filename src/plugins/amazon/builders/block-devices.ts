import type { BlockDeviceMapping, EbsBlockDevice } from "@aws-sdk/client-ec2";
import type { BlockDevice } from "./options/block-device.ts";

/** Device mappings as the API takes them. */
export function blockDeviceMappings(devices: readonly BlockDevice[]): BlockDeviceMapping[] {
  return devices.map(blockDeviceMapping);
}

function blockDeviceMapping(device: BlockDevice): BlockDeviceMapping {
  const { device_name: DeviceName, virtual_name: VirtualName } = device;
  if (device.no_device) return { DeviceName, NoDevice: "" };
  if (VirtualName?.startsWith("ephemeral")) return { DeviceName, VirtualName };
  return { DeviceName, Ebs: ebs(device) };
}

function ebs(device: BlockDevice): EbsBlockDevice {
  return {
    DeleteOnTermination: device.delete_on_termination,
    VolumeType: device.volume_type,
    VolumeSize: device.volume_size,
    Iops: device.iops,
    Throughput: device.throughput,
    SnapshotId: device.snapshot_id,
    Encrypted: device.encrypted ?? (Boolean(device.kms_key_id) || undefined),
    KmsKeyId: device.kms_key_id,
  };
}

/** Mappings that keep a machine from having instance store volumes. */
export const noEphemeral: readonly BlockDeviceMapping[] = Array.from({ length: 24 }, (_, index) => ({
  DeviceName: `/dev/sd${String.fromCharCode("a".charCodeAt(0) + 1 + index)}`,
  NoDevice: "",
}));
