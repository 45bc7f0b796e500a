import type { BlockDeviceMapping, EbsBlockDevice, Image } from "@aws-sdk/client-ec2";
import type { BlockDevice } from "./options/block-device.ts";

/** Device mappings as the API takes them; a volume without a type has that of `source`. */
export function blockDeviceMappings(devices: readonly BlockDevice[], source: Image): BlockDeviceMapping[] {
  return devices.map((device) => blockDeviceMapping(device, source));
}

function blockDeviceMapping(device: BlockDevice, source: Image): BlockDeviceMapping {
  const { device_name: DeviceName, virtual_name: VirtualName } = device;
  if (device.no_device) return { DeviceName, NoDevice: "" };
  if (VirtualName?.startsWith("ephemeral")) return { DeviceName, VirtualName };
  return { DeviceName, Ebs: ebs(device, source) };
}

const WITH_IOPS = new Set(["io1", "io2", "gp3"]);

function ebs(device: BlockDevice, source: Image): EbsBlockDevice {
  const mapped = source.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === device.device_name);
  const type = device.volume_type ?? mapped?.Ebs?.VolumeType ?? "";
  return {
    DeleteOnTermination: device.delete_on_termination,
    VolumeType: device.volume_type,
    VolumeSize: device.volume_size,
    Iops: WITH_IOPS.has(type) ? device.iops : undefined,
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
