import type { Tag } from "@aws-sdk/client-ec2";
import { launchPermissions } from "../aws/launch-permissions.ts";
import { EXPIRES_TAG, mergeTags } from "../aws/mark.ts";
import { tagsFor, templateValues, type AmazonBuild } from "./build.ts";
import { isFastLaunchWanted, isProtectionWanted, type AmiConfig } from "./options/ami.ts";
import { forEachImage } from "./copy-images.ts";
import { runTagsOfImage, type ImageConfig, type MadeImage } from "./create-image.ts";
import { enableFastLaunch } from "./fast-launch.ts";

/** Tags, shares, dates: everything a complete image gets besides its content. Regions are done side by side. */
export async function publishImages(
  build: AmazonBuild,
  config: ImageConfig,
  images: readonly MadeImage[],
): Promise<void> {
  if (images.length === 0) return;
  await build.run.step("tag and share the image", () =>
    forEachImage(images, async (image) => {
      await tagImage(build, config, image, build.run.signal);
      await share(build, config, image);
      await finishAttributes(build, config, image);
    }),
  );
  if (isFastLaunchWanted(config)) await enableFastLaunch(build, config.fast_launch!, images);
  await protectImages(build, config, images);
}

type PublishedImage = Pick<MadeImage, "region" | "id" | "snapshots">;

/** From now on the image is the user's, and it no longer expires. Tags of snapshots win over those of the image. */
export async function tagImage(
  build: AmazonBuild,
  config: ImageConfig,
  { region, id, snapshots }: PublishedImage,
  signal: AbortSignal,
): Promise<void> {
  const { run, cloud } = build;
  const lasting: Tag[] = [{ Key: EXPIRES_TAG, Value: "never" }];
  const imageTags = mergeTags(runTagsOfImage(build, config), tagsFor(build, config.tags, config.tag), lasting);
  const ofSnapshots = tagsFor(build, config.snapshot_tags, config.snapshot_tag);
  run.say(`Adding tags to AMI (${id})...`);
  const tag = (Resources: string[], Tags: Tag[]) =>
    cloud.ec2(region).call("CreateTags", { Resources, Tags }, { young: true, signal });
  if (ofSnapshots.length === 0) return void (await tag([id, ...snapshots], imageTags));
  await tag([id], imageTags);
  if (snapshots.length > 0) await tag([...snapshots], mergeTags(imageTags, ofSnapshots));
}

/** One call for each attribute, as the API wants it. */
async function share(build: AmazonBuild, config: AmiConfig, { region, id, snapshots }: PublishedImage): Promise<void> {
  const { run, cloud } = build;
  const ec2 = cloud.ec2(region);
  const options = { young: true, signal: run.signal };
  for (const Add of launchPermissions(config)) {
    run.say(`Sharing AMI ${id} in ${region}`);
    await ec2.call("ModifyImageAttribute", { ImageId: id, LaunchPermission: { Add } }, options);
  }
  if (config.ami_product_codes.length > 0) {
    const input = { ImageId: id, Attribute: "productCodes", ProductCodes: [...config.ami_product_codes] };
    await ec2.call("ModifyImageAttribute", input, options);
  }
  const Add = [
    ...config.snapshot_users.map((UserId) => ({ UserId })),
    ...config.snapshot_groups.map((Group) => ({ Group: Group as "all" })),
  ];
  if (Add.length === 0) return;
  for (const SnapshotId of snapshots) {
    const input = { SnapshotId, Attribute: "createVolumePermission" as const, CreateVolumePermission: { Add } };
    await ec2.call("ModifySnapshotAttribute", input, options);
  }
}

async function finishAttributes(build: AmazonBuild, config: AmiConfig, { region, id }: PublishedImage): Promise<void> {
  const ec2 = build.cloud.ec2(region);
  const options = { young: true, signal: build.run.signal };
  const isCopy = region !== build.cloud.region || config.encrypt_boot !== undefined;
  if (config.ami_description && isCopy) {
    const Description = { Value: config.ami_description.render(templateValues(build)) };
    await ec2.call("ModifyImageAttribute", { ImageId: id, Description }, options);
  }
  if (config.imds_support) {
    await ec2.call("ModifyImageAttribute", { ImageId: id, ImdsSupport: { Value: config.imds_support } }, options);
  }
  if (config.deprecate_at) {
    await ec2.call("EnableImageDeprecation", { ImageId: id, DeprecateAt: new Date(config.deprecate_at) }, options);
  }
}

/** The last thing that is done to an image: what comes after could fail, and the image would have to go. */
async function protectImages(build: AmazonBuild, config: AmiConfig, images: readonly MadeImage[]): Promise<void> {
  if (!isProtectionWanted(config)) return;
  const WithCooldown = config.deregistration_protection?.with_cooldown;
  await build.run.step("protect the image", ({ signal }) =>
    forEachImage(images, async ({ region, id }) => {
      const input = { ImageId: id, WithCooldown };
      await build.cloud.ec2(region).call("EnableImageDeregistrationProtection", input, { young: true, signal });
    }),
  );
}
