import type { Instance, Tag } from "@aws-sdk/client-ec2";
import { describeDuration } from "../../../lib/duration.ts";
import { mapLimited } from "../../../lib/limited.ts";
import { createOnce } from "../aws/create-once.ts";
import { snapshotKind } from "../aws/kinds/image.ts";
import { byToken, EXPIRES_TAG, markTags, mergeTags, newToken, tagSpecifications } from "../aws/mark.ts";
import { ownResource, type OwnedResource } from "../aws/owned.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Step } from "../../../sdk/run.ts";
import type { AmazonBuild } from "./build.ts";

export interface VolumeToSnapshot {
  readonly deviceName: string;
  readonly volumeId: string;
  readonly description: string | undefined;
  readonly tags: readonly Tag[];
}

export interface MadeSnapshot {
  readonly deviceName: string;
  readonly id: string;
  readonly owned: OwnedResource;
}

/** Snapshots of the machine's volumes, side by side, complete. Removed again unless the build succeeds. */
export async function snapshotVolumes(
  build: AmazonBuild,
  volumes: readonly VolumeToSnapshot[],
  { temporary = false }: { readonly temporary?: boolean } = {},
): Promise<readonly MadeSnapshot[]> {
  if (volumes.length === 0) return [];
  return build.run.step("snapshot the volumes", (step) =>
    mapLimited([...volumes], 8, (volume) => snapshotVolume(build, step, { volume, temporary })),
  );
}

interface SnapshotPlan {
  readonly volume: VolumeToSnapshot;
  /** Only there for an image that is copied and then removed. */
  readonly temporary: boolean;
}

const COMPLETE_MS = 60 * 60_000;

async function snapshotVolume(
  build: AmazonBuild,
  step: Step,
  { volume, temporary }: SnapshotPlan,
): Promise<MadeSnapshot> {
  const { run, cloud } = build;
  const token = newToken(run);
  const owned = await ownResource({ run, step, cloud }, snapshotKind, { token, kept: () => !temporary });
  run.say(`Creating a snapshot of volume ${volume.volumeId} (${volume.deviceName})`);
  const id = await createSnapshot(build, volume, { token, owned });
  const timeoutMs = cloud.waitLimitMs(COMPLETE_MS);
  const isComplete = await cloud.poller().wait("snapshot", id, {
    until: (snapshot) => {
      if (snapshot?.State === "error") throw new BuildError(`The snapshot ${id} failed: ${snapshot.StateMessage}.`);
      return snapshot?.State === "completed" || undefined;
    },
    expectedMs: 90_000,
    timeoutMs,
    signal: step.signal,
  });
  if (isComplete) return { deviceName: volume.deviceName, id, owned };
  throw new BuildError(`The snapshot ${id} is not complete after ${describeDuration(timeoutMs)}.`, {
    hint: "It may only need longer: aws_polling sets the limit.",
  });
}

async function createSnapshot(
  { run, cloud }: AmazonBuild,
  volume: VolumeToSnapshot,
  { token, owned }: { readonly token: string; readonly owned: OwnedResource },
): Promise<string> {
  const input = {
    VolumeId: volume.volumeId,
    Description: volume.description,
    TagSpecifications: tagSpecifications(["snapshot"], mergeTags(volume.tags, markTags(run, token))),
  };
  const options = { young: true, once: true, pauses: run.signal };
  const create = async () => (await cloud.ec2().call("CreateSnapshot", input, options)).SnapshotId!;
  const find = async () => {
    const { Snapshots } = await cloud.ec2().call("DescribeSnapshots", { OwnerIds: ["self"], Filters: byToken(token) });
    return Snapshots?.[0]?.SnapshotId;
  };
  const id = await owned.making(() => createOnce({ create, find, signal: run.signal }));
  await owned.made(id);
  return id;
}

/** They are the user's now, and no longer expire. */
export async function keepSnapshots({ cloud }: AmazonBuild, snapshots: readonly MadeSnapshot[]): Promise<void> {
  if (snapshots.length === 0) return;
  const Tags = [{ Key: EXPIRES_TAG, Value: "never" }];
  await cloud.ec2().call("CreateTags", { Resources: snapshots.map(({ id }) => id), Tags }, { young: true });
}

/** The volume behind a device of the machine. */
export async function volumeOf({ cloud }: AmazonBuild, instance: Instance, deviceName: string): Promise<string> {
  const Filters = [{ Name: "instance-id", Values: [instance.InstanceId!] }];
  const { Reservations } = await cloud.ec2().call("DescribeInstances", { Filters });
  const mappings = Reservations?.[0]?.Instances?.[0]?.BlockDeviceMappings ?? [];
  const volume = mappings.find((mapping) => mapping.DeviceName === deviceName)?.Ebs?.VolumeId;
  if (volume !== undefined) return volume;
  const names = mappings.map(({ DeviceName }) => DeviceName).join(", ");
  throw new BuildError(`The machine has no EBS volume as ${deviceName}. It has ${names || "none"}.`);
}
