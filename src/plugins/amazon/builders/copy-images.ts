import { describeDuration } from "../../../lib/duration.ts";
import { mapLimited } from "../../../lib/limited.ts";
import { imageKind, mappedSnapshots } from "../aws/kinds/image.ts";
import { markTags, mergeTags, newToken, tagSpecifications } from "../aws/mark.ts";
import { ownResource } from "../aws/owned.ts";
import { BuildError } from "../../../sdk/error.ts";
import { tagsFor, type AmazonBuild } from "./build.ts";
import {
  isIntermediary,
  temporaryName,
  waitUntilAvailable,
  type ImageConfig,
  type MadeImage,
  type OldImages,
} from "./create-image.ts";

interface Target {
  readonly region: string;
  readonly keyId: string | undefined;
}

/**
 * Copies the image to where it is wanted, all at the same time. The first region that fails ends the waits for the
 * others; what was copied is removed with everything else. Returns the images the user gets.
 */
export async function copyImages(
  build: AmazonBuild,
  config: ImageConfig,
  made: MadeImage,
  olds: OldImages,
): Promise<readonly MadeImage[]> {
  const targets = targetsOf(build, config);
  const own = isIntermediary(config) ? [] : [made];
  if (targets.length === 0) return own;
  const { run } = build;
  run.say(`Copying AMI ${made.id} to ${targets.map(({ region }) => region).join(", ")}...`);
  const failed = new AbortController();
  const started = performance.now();
  const copies = await Promise.allSettled(
    targets.map(async (target) => {
      try {
        return await copyTo(build, config, { made, target, failed: failed.signal, isUnnamed: olds.has(target.region) });
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    }),
  );
  run.signal.throwIfAborted();
  const regions = targets.filter((_, index) => copies[index]!.status === "rejected").map(({ region }) => region);
  if (failed.signal.aborted) {
    const good = targets.map(({ region }) => region).filter((region) => !regions.includes(region));
    throw new BuildError(`The image could not be copied to every region (${regions.join(", ")}).`, {
      cause: failed.signal.reason,
      hint: `All copies are removed again${good.length > 0 ? `, those in ${good.join(", ")} too` : ""}. To keep what was made and look at it, use -on-error=abort.`,
    });
  }
  run.debug("amazon", `copied after ${describeDuration(performance.now() - started)}`);
  return [...own, ...copies.flatMap((copy) => (copy.status === "fulfilled" ? [copy.value] : []))];
}

/** The build region and duplicates are left out, unless the build region's own image is made by copying. */
function targetsOf({ cloud }: AmazonBuild, config: ImageConfig): Target[] {
  const others = [...new Set(config.ami_regions)].filter((region) => region !== cloud.region);
  const wantsOwn = isIntermediary(config) && !config.skip_save_build_region;
  const regions = wantsOwn ? [cloud.region, ...others] : others;
  return regions.map((region) => ({
    region,
    keyId: config.region_kms_key_ids[region] ?? (region === cloud.region ? config.kms_key_id : undefined),
  }));
}

interface Copy {
  readonly made: MadeImage;
  readonly target: Target;
  readonly failed: AbortSignal;
  readonly isUnnamed: boolean;
}

async function copyTo(
  build: AmazonBuild,
  config: ImageConfig,
  { made, target, failed, isUnnamed }: Copy,
): Promise<MadeImage> {
  return build.run.step(`copy the image to ${target.region}`, async (step) => {
    const { run, cloud } = build;
    const { region, keyId } = target;
    const token = newToken(run);
    const owned = await ownResource(run, step, cloud, imageKind, { token, region, kept: () => true });
    const tags = mergeTags(
      config.skip_ami_run_tags ? [] : tagsFor(build, config.run_tags, config.run_tag),
      markTags(run, token),
    );
    const minutes = config.snapshot_copy_duration_minutes;
    const copy = {
      SourceRegion: made.region,
      SourceImageId: made.id,
      Name: isUnnamed ? temporaryName(run) : config.ami_name,
      ClientToken: token,
      TagSpecifications: tagSpecifications(["image", "snapshot"], tags),
      ...(config.encrypt_boot === undefined ? {} : { Encrypted: config.encrypt_boot }),
      ...(keyId === undefined ? {} : { Encrypted: true, KmsKeyId: keyId }),
      ...(minutes === undefined ? {} : { SnapshotCopyCompletionDurationMinutes: minutes }),
    };
    const { ImageId } = await owned.making(() => cloud.ec2(region).call("CopyImage", copy, { young: true }));
    await owned.made(ImageId!);
    const signal = AbortSignal.any([step.signal, failed]);
    const image = await waitUntilAvailable(run, cloud, { id: ImageId!, region, signal });
    return { region, id: ImageId!, owned, snapshots: mappedSnapshots(image), isUnnamed };
  });
}

/** Runs an action for each image, a few regions at a time. */
export async function forEachImage(
  images: readonly MadeImage[],
  action: (image: MadeImage) => Promise<void>,
): Promise<void> {
  await mapLimited([...images], 8, action);
}
