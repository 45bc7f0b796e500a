import type { Image, Snapshot } from "@aws-sdk/client-ec2";
import type { Cloud } from "../cloud.ts";
import { byToken, RUN_TAG, TOKEN_TAG } from "../mark.ts";
import type { OwnedDetails, OwnedKind } from "../owned.ts";
import { unlessGone } from "./network.ts";

/** An image, pending or not, with the snapshots that were made for it (and no others that it refers to). */
export const imageKind: OwnedKind = {
  kind: "ec2-image",
  title: "image",
  isNamed: true,
  find: async (cloud, details) => {
    const ec2 = cloud.ec2(details.region);
    const [{ Images = [] }, Snapshots] = await Promise.all([
      ec2.call("DescribeImages", { Owners: ["self"], Filters: byToken(details.token) }),
      details.keepsSnapshots ? [] : snapshotsByToken(cloud, details),
    ]);
    return [
      ...Images.map((image) => ({ id: image.ImageId!, tags: image.Tags })),
      ...Snapshots.map((snapshot) => ({ id: snapshot.SnapshotId!, tags: snapshot.Tags })),
    ];
  },
  remove: async (cloud, { id }, { details, signal, runId }) => {
    if (id.startsWith("snap-")) return deleteSnapshot(cloud, details.region, id, signal);
    await removeImage(cloud, id, { details, signal, runId });
  },
  manualCommand: (id) => `aws ec2 deregister-image --image-id ${id}`,
};

async function snapshotsByToken(cloud: Cloud, { region, token }: OwnedDetails): Promise<readonly Snapshot[]> {
  const question = { OwnerIds: ["self"], Filters: byToken(token) };
  const { Snapshots = [] } = await cloud.ec2(region).call("DescribeSnapshots", question);
  return Snapshots;
}

async function removeImage(
  cloud: Cloud,
  id: string,
  { details, signal, runId }: { details: OwnedDetails; signal: AbortSignal; runId: string },
): Promise<void> {
  const ec2 = cloud.ec2(details.region);
  const image = await describeImage(cloud, details.region, id);
  const madeFor = () => snapshotsOfImage(cloud, details.region, id, image);
  const snapshots = details.keepsSnapshots ? [] : await madeFor();
  // Tagged first: if we die between the two, the next clean-up finds the snapshots of an image that is gone.
  if (snapshots.length > 0) {
    const Tags = [
      { Key: RUN_TAG, Value: runId },
      { Key: TOKEN_TAG, Value: details.token },
    ];
    await ec2.call("CreateTags", { Resources: snapshots, Tags }, { young: true });
  }
  // With a cool-down it stays protected for a day after that (EC2 user guide).
  if (image && isProtected(image)) {
    await unlessGone(ec2.call("DisableImageDeregistrationProtection", { ImageId: id }, { signal }));
  }
  await unlessGone(ec2.call("DeregisterImage", { ImageId: id }, { signal }));
  if (details.keepsSnapshots) return;
  const late = await snapshotsOf(cloud, details.region, id);
  for (const snapshot of new Set([...snapshots, ...late])) {
    await deleteSnapshot(cloud, details.region, snapshot, signal);
  }
}

/** It cannot be deregistered. */
export function isProtected({ DeregistrationProtection: protection }: Image): boolean {
  return protection?.startsWith("enabled") === true;
}

async function describeImage(cloud: Cloud, region: string, imageId: string): Promise<Image | undefined> {
  const Filters = [{ Name: "image-id", Values: [imageId] }];
  const { Images } = await cloud.ec2(region).call("DescribeImages", { Filters });
  return Images?.[0];
}

/**
 * Those in the image's mappings whose description names the image: EC2 writes "Created by CreateImage(i-…) for ami-…",
 * and "Copied for DestinationAmi ami-…". A snapshot that a mapping only refers to belongs to somebody else.
 */
export async function snapshotsMadeFor(cloud: Cloud, region: string, imageId: string): Promise<string[]> {
  return snapshotsOfImage(cloud, region, imageId, await describeImage(cloud, region, imageId));
}

async function snapshotsOfImage(
  cloud: Cloud,
  region: string,
  imageId: string,
  image: Image | undefined,
): Promise<string[]> {
  const mapped = await namedIn(cloud, region, mappedSnapshots(image), imageId);
  const described = await snapshotsOf(cloud, region, imageId);
  return [...new Set([...mapped, ...described])];
}

export function mappedSnapshots(image: Image | undefined): string[] {
  const mappings = image?.BlockDeviceMappings ?? [];
  return mappings.map(({ Ebs }) => Ebs?.SnapshotId).filter((id) => id !== undefined);
}

async function namedIn(cloud: Cloud, region: string, ids: readonly string[], imageId: string): Promise<string[]> {
  if (ids.length === 0) return [];
  const Filters = [{ Name: "snapshot-id", Values: [...ids] }];
  const { Snapshots = [] } = await cloud.ec2(region).call("DescribeSnapshots", { OwnerIds: ["self"], Filters });
  const named = Snapshots.filter(({ Description }) => Description?.includes(imageId));
  return named.map(({ SnapshotId }) => SnapshotId!);
}

async function snapshotsOf(cloud: Cloud, region: string, imageId: string): Promise<string[]> {
  const Filters = [
    {
      Name: "description",
      Values: [`Created by CreateImage(*) for ${imageId}*`, `Copied for DestinationAmi ${imageId}*`],
    },
  ];
  const { Snapshots = [] } = await cloud.ec2(region).call("DescribeSnapshots", { OwnerIds: ["self"], Filters });
  return Snapshots.map(({ SnapshotId }) => SnapshotId!);
}

export const snapshotKind: OwnedKind = {
  kind: "ec2-snapshot",
  title: "snapshot",
  isNamed: true,
  isWhole: true,
  find: async (cloud, details) => {
    const snapshots = await snapshotsByToken(cloud, details);
    return snapshots.map((snapshot) => ({ id: snapshot.SnapshotId!, tags: snapshot.Tags }));
  },
  remove: (cloud, { id }, { details, signal }) => deleteSnapshot(cloud, details.region, id, signal),
  manualCommand: (id) => `aws ec2 delete-snapshot --snapshot-id ${id}`,
};

export async function deleteSnapshot(cloud: Cloud, region: string, id: string, signal: AbortSignal): Promise<void> {
  await unlessGone(cloud.ec2(region).call("DeleteSnapshot", { SnapshotId: id }, { signal }));
}
