import type { Image, RegisterImageCommandInput } from "@aws-sdk/client-ec2";
import { errorText } from "../../../lib/error-text.ts";
import { deleteSnapshot, imageKind, mappedSnapshots } from "../aws/kinds/image.ts";
import { unlessGone } from "../aws/kinds/network.ts";
import { markTags, newToken, tagSpecifications } from "../aws/mark.ts";
import { ownResource } from "../aws/owned.ts";
import type { Step } from "../../../sdk/run.ts";
import type { AmazonBuild } from "./build.ts";
import type { AmiConfig } from "./options/ami.ts";
import {
  createImageOnce,
  waitUntilAvailable,
  type MadeImage,
  type OldImages,
  type ReleasedImages,
} from "./create-image.ts";
import { ownImagesNamed, replacesImages } from "./own-images.ts";

/** What the new images take the place of, in every region that gets one. */
export async function findOldImages({ run, cloud }: AmazonBuild, config: AmiConfig): Promise<OldImages> {
  if (!replacesImages(run, config)) return new Map();
  return ownImagesNamed(cloud, config, run.signal);
}

interface Replacing {
  readonly olds: OldImages;
  /** Gets each image from the moment on that no clean-up may take it. */
  readonly released: ReleasedImages;
}

/**
 * Puts complete images in the place of older ones of the same name. A name belongs to one image at a time and cannot be
 * changed, so the old one goes only now, and the new one is registered again, from the same snapshots, under its name.
 */
export async function replaceOldImages(
  build: AmazonBuild,
  config: AmiConfig,
  { images, ...replacing }: Replacing & { readonly images: readonly MadeImage[] },
): Promise<readonly MadeImage[]> {
  const replaced: MadeImage[] = [];
  for (const image of images) replaced.push(image.isUnnamed ? await replaceIn(build, config, image, replacing) : image);
  return replaced;
}

function replaceIn(
  build: AmazonBuild,
  config: AmiConfig,
  image: MadeImage,
  { olds: all, released }: Replacing,
): Promise<MadeImage> {
  return build.run.step(`replace the image in ${image.region}`, async (step) => {
    const { run, cloud } = build;
    const { region } = image;
    const olds = all.get(region)!;
    const ec2 = cloud.ec2(region);
    const Filters = [{ Name: "image-id", Values: [image.id] }];
    const { Images } = await ec2.call("DescribeImages", { Filters }, { signal: step.signal });
    // From here on the new image may be the only one there is.
    await image.release();
    released.set(region, image);
    for (const old of olds) {
      run.say(`Deregistering the AMI that is replaced: ${old.ImageId} (${region})`);
      await unlessGone(ec2.call("DeregisterImage", { ImageId: old.ImageId }));
    }
    const named = await nameAgain(build, config, { step, image, complete: Images![0]! });
    released.set(region, named);
    run.say(`AMI: ${named.id}`);
    if (config.force_delete_snapshot) await deleteSnapshotsOf(olds, build, { region, signal: step.signal });
    return named;
  });
}

/** The old image is gone by then: what cannot be deleted with it is no reason to fail. */
async function deleteSnapshotsOf(
  olds: readonly Image[],
  { run, cloud }: AmazonBuild,
  { region, signal }: { readonly region: string; readonly signal: AbortSignal },
): Promise<void> {
  for (const snapshot of olds.flatMap(mappedSnapshots)) {
    run.say(`Deleting the snapshot of the AMI that was replaced: ${snapshot}`);
    await deleteSnapshot(cloud, region, snapshot, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      run.warn(`The snapshot ${snapshot} of the image that was replaced stays: ${errorText(error)}`);
      const manualCommand = `aws ec2 delete-snapshot --snapshot-id ${snapshot} --region ${region}`;
      run.leave({ description: `snapshot ${snapshot} (Amazon, ${region})`, manualCommand });
    });
  }
}

interface Renaming {
  readonly step: Step;
  readonly image: MadeImage;
  readonly complete: Image;
}

/** The same image under the wanted name; the one with the provisional name goes at the end of the build. */
async function nameAgain(
  build: AmazonBuild,
  config: AmiConfig,
  { step, image, complete }: Renaming,
): Promise<MadeImage> {
  const { run, cloud } = build;
  const { region } = image;
  const token = newToken(run);
  const owned = await ownResource({ run, step, cloud }, imageKind, { token, region, kept: () => true });
  const again: NamedAgain = { name: config.ami_name, image, complete, token };
  const made = await owned.making(() => (isPlain(complete) ? registerAgain(build, again) : copyAgain(build, again)));
  await owned.made(made.id);
  const snapshots = made.snapshots ?? (await snapshotsOfCopy(build, image, made.id));
  const keepsSnapshots = made.snapshots !== undefined;
  const provisional = { token: image.owned.token, region, more: { keepsSnapshots } };
  const old = await ownResource({ run, step, cloud }, imageKind, provisional);
  await old.made(image.id);
  const release = () => owned.strike();
  await release();
  return { ...image, id: made.id, name: config.ami_name, owned, snapshots, isUnnamed: false, release };
}

interface NamedAgain {
  readonly name: string;
  readonly image: MadeImage;
  readonly complete: Image;
  readonly token: string;
}

interface ImageAgain {
  readonly id: string;
  /** Those of the image it was made from; undefined where it gets its own. */
  readonly snapshots?: readonly string[];
}

/** Billing codes (Windows, RHEL, Marketplace) survive only a copy; everything else is registered again at once. */
function isPlain({ PlatformDetails = "Linux/UNIX", ProductCodes = [] }: Image): boolean {
  return PlatformDetails === "Linux/UNIX" && ProductCodes.length === 0;
}

async function registerAgain(
  { run, cloud }: AmazonBuild,
  { name, image, complete, token }: NamedAgain,
): Promise<ImageAgain> {
  const { region, snapshots } = image;
  const TagSpecifications = tagSpecifications(["image"], markTags(run, token));
  const input = { ...registrationOf(complete), Name: name, TagSpecifications };
  const register = async () => {
    const options = { young: true, once: true, pauses: run.signal };
    const { ImageId } = await cloud.ec2(region).call("RegisterImage", input, options);
    return ImageId!;
  };
  return { id: await createImageOnce({ run, cloud, region }, token, register), snapshots };
}

async function copyAgain(
  { run, cloud }: AmazonBuild,
  { name, image, complete, token }: NamedAgain,
): Promise<ImageAgain> {
  const input = {
    SourceImageId: image.id,
    SourceRegion: image.region,
    Name: name,
    Description: complete.Description,
    ClientToken: token,
    TagSpecifications: tagSpecifications(["image", "snapshot"], markTags(run, token)),
  };
  const { ImageId } = await cloud.ec2(image.region).call("CopyImage", input, { young: true, pauses: run.signal });
  return { id: ImageId! };
}

async function snapshotsOfCopy({ run, cloud }: AmazonBuild, { region }: MadeImage, id: string): Promise<string[]> {
  return mappedSnapshots(await waitUntilAvailable(run, cloud, { id, region, signal: run.signal }));
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
