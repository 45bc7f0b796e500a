import type { Image, RegisterImageCommandInput } from "@aws-sdk/client-ec2";
import { deleteSnapshot, imageKind, mappedSnapshots } from "../aws/kinds/image.ts";
import { unlessGone } from "../aws/kinds/network.ts";
import { markTags, newToken, tagSpecifications } from "../aws/mark.ts";
import { ownResource } from "../aws/owned.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { AmazonBuild } from "./build.ts";
import type { AmiConfig } from "./options/ami.ts";
import { createOnce, waitUntilAvailable, type MadeImage, type OldImages } from "./create-image.ts";
import { ownImagesNamed } from "./own-images.ts";

/** What the new images take the place of, in every region that gets one. */
export async function findOldImages({ run, cloud }: AmazonBuild, config: AmiConfig): Promise<OldImages> {
  if (!config.force_deregister) return new Map();
  return ownImagesNamed(cloud, config, run.signal);
}

/**
 * Puts complete images in the place of older ones of the same name. A name belongs to one image at a time and cannot be
 * changed, so the old one goes only now, and the new one is registered again, from the same snapshots, under its name.
 */
export async function replaceOldImages(
  build: AmazonBuild,
  config: AmiConfig,
  { images, olds }: { readonly images: readonly MadeImage[]; readonly olds: OldImages },
): Promise<readonly MadeImage[]> {
  const replaced: MadeImage[] = [];
  for (const image of images) {
    const isDone = !image.isUnnamed;
    replaced.push(isDone ? image : await replaceIn(build, config, { image, olds: olds.get(image.region)! }));
  }
  return replaced;
}

async function replaceIn(
  build: AmazonBuild,
  config: AmiConfig,
  { image, olds }: { readonly image: MadeImage; readonly olds: readonly Image[] },
): Promise<MadeImage> {
  return build.run.step(`replace the image in ${image.region}`, async (step) => {
    const { run, cloud } = build;
    const ec2 = cloud.ec2(image.region);
    const { Images } = await ec2.call("DescribeImages", { Filters: [{ Name: "image-id", Values: [image.id] }] });
    // From here on the new image may be the only one there is: no clean-up may take it.
    await image.owned.strike();
    for (const old of olds) {
      run.say(`Deregistering the AMI that is replaced: ${old.ImageId} (${image.region})`);
      await unlessGone(ec2.call("DeregisterImage", { ImageId: old.ImageId }));
    }
    const token = newToken(run);
    const owned = await ownResource({ run, step, cloud }, imageKind, { token, region: image.region, kept: () => true });
    const named = await nameAgain(build, config, { image, complete: Images![0]!, token }).catch((cause: unknown) => {
      const hint = `Nothing is lost: the new image is ${image.id} in ${image.region}.`;
      throw new BuildError(`The new image could not be given the name "${config.ami_name}".`, { cause, hint });
    });
    await owned.made(named.id);
    await unlessGone(ec2.call("DeregisterImage", { ImageId: image.id }));
    // A copy has snapshots of its own.
    const unused = image.snapshots.filter((one) => !named.snapshots.includes(one));
    for (const snapshot of unused) await deleteSnapshot(cloud, image.region, snapshot, step.signal);
    run.say(`AMI: ${named.id}`);
    await owned.strike();
    if (config.force_delete_snapshot)
      await deleteSnapshotsOf(olds, build, { region: image.region, signal: step.signal });
    return { ...image, ...named, isUnnamed: false };
  });
}

async function deleteSnapshotsOf(
  olds: readonly Image[],
  { run, cloud }: AmazonBuild,
  { region, signal }: { readonly region: string; readonly signal: AbortSignal },
): Promise<void> {
  for (const snapshot of olds.flatMap(mappedSnapshots)) {
    run.say(`Deleting the snapshot of the AMI that was replaced: ${snapshot}`);
    await deleteSnapshot(cloud, region, snapshot, signal);
  }
}

interface Renaming {
  readonly image: MadeImage;
  readonly complete: Image;
  readonly token: string;
}

/** Billing codes (Windows, RHEL, Marketplace) survive only a copy; everything else is registered again at once. */
async function nameAgain(
  build: AmazonBuild,
  config: AmiConfig,
  { image, complete, token }: Renaming,
): Promise<Pick<MadeImage, "id" | "snapshots">> {
  const { run, cloud } = build;
  const ec2 = cloud.ec2(image.region);
  const mark = markTags(run, token);
  const isPlain = (complete.PlatformDetails ?? "Linux/UNIX") === "Linux/UNIX" && !complete.ProductCodes?.length;
  if (isPlain) {
    const input = {
      ...registrationOf(complete),
      Name: config.ami_name,
      TagSpecifications: tagSpecifications(["image"], mark),
    };
    const register = async () => (await ec2.call("RegisterImage", input, { young: true, once: true })).ImageId!;
    const id = await createOnce({ run, cloud, region: image.region }, token, register);
    return { id, snapshots: image.snapshots };
  }
  const copy = {
    SourceImageId: image.id,
    SourceRegion: image.region,
    Name: config.ami_name,
    ClientToken: token,
    TagSpecifications: tagSpecifications(["image", "snapshot"], mark),
  };
  const { ImageId } = await ec2.call("CopyImage", { ...copy, Description: complete.Description });
  const copied = await waitUntilAvailable(run, cloud, { id: ImageId!, region: image.region, signal: run.signal });
  return { id: ImageId!, snapshots: mappedSnapshots(copied) };
}

function registrationOf(image: Image): Omit<RegisterImageCommandInput, "Name"> {
  return {
    Description: image.Description,
    Architecture: image.Architecture,
    VirtualizationType: image.VirtualizationType,
    RootDeviceName: image.RootDeviceName,
    BlockDeviceMappings: (image.BlockDeviceMappings ?? []).map(({ DeviceName, VirtualName, Ebs }) => ({
      DeviceName,
      VirtualName,
      // What the snapshot decides by itself may not be said again.
      Ebs: Ebs && { ...Ebs, Encrypted: undefined, KmsKeyId: undefined },
    })),
    EnaSupport: image.EnaSupport,
    SriovNetSupport: image.SriovNetSupport,
    BootMode: image.BootMode,
    TpmSupport: image.TpmSupport,
    ImdsSupport: image.ImdsSupport,
    KernelId: image.KernelId,
    RamdiskId: image.RamdiskId,
  };
}
