import type { BlockDeviceMapping } from "@aws-sdk/client-ec2";
import type { BlockDevice } from "./options/block-device.ts";

/** Device mappings as the API takes them. */
export function blockDeviceMappings(devices: readonly BlockDevice[]): BlockDeviceMapping[] {
  return devices.map((device) => {
    const name = { DeviceName: device.device_name };
    if (device.no_device) return { ...name, NoDevice: "" };
    if (device.virtual_name?.startsWith("ephemeral") === true) return { ...name, VirtualName: device.virtual_name };
    const encrypted = device.encrypted ?? (device.kms_key_id ? true : undefined);
    return {
      ...name,
      Ebs: {
        DeleteOnTermination: device.delete_on_termination,
        ...(device.volume_type === undefined ? {} : { VolumeType: device.volume_type }),
        ...(device.volume_size === undefined ? {} : { VolumeSize: device.volume_size }),
        ...(device.iops === undefined ? {} : { Iops: device.iops }),
        ...(device.throughput === undefined ? {} : { Throughput: device.throughput }),
        ...(device.snapshot_id === undefined ? {} : { SnapshotId: device.snapshot_id }),
        ...(encrypted === undefined ? {} : { Encrypted: encrypted }),
        ...(device.kms_key_id === undefined ? {} : { KmsKeyId: device.kms_key_id }),
      },
    };
  });
}

/** Mappings that keep a machine from having instance store volumes. */
export const noEphemeral: readonly BlockDeviceMapping[] = Array.from({ length: 24 }, (_, index) => ({
  DeviceName: `/dev/sd${String.fromCharCode("a".charCodeAt(0) + 1 + index)}`,
  NoDevice: "",
}));
