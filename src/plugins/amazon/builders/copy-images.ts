import { describeDuration } from "../../../lib/duration.ts";
import { mapLimited } from "../../../lib/limited.ts";
import { imageKind, mappedSnapshots } from "../aws/kinds/image.ts";
import { markTags, mergeTags, newToken, tagSpecifications } from "../aws/mark.ts";
import { ownResource } from "../aws/owned.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { AmazonBuild } from "./build.ts";
import {
  isIntermediary,
  runTagsOfImage,
  temporaryName,
  waitUntilAvailable,
  type ImageConfig,
  type MadeImage,
  type OldImages,
} from "./create-image.ts";

interface CopyTarget {
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
  const good = copies.filter((copy) => copy.status === "fulfilled").map(({ value }) => value);
  if (failed.signal.aborted) throw copyFailure(targets, good, failed.signal.reason);
  run.debug("amazon", `copied after ${describeDuration(performance.now() - started)}`);
  return [...own, ...good];
}

function copyFailure(targets: readonly CopyTarget[], good: readonly MadeImage[], cause: unknown): BuildError {
  const copied = good.map(({ region }) => region);
  const missing = targets.map(({ region }) => region).filter((region) => !copied.includes(region));
  const others = copied.length > 0 ? `, those in ${copied.join(", ")} too` : "";
  return new BuildError(`The image could not be copied to every region (${missing.join(", ")}).`, {
    cause,
    hint: `All copies are removed again${others}. To keep what was made and look at it, use -on-error=abort.`,
  });
}

/** The build region and duplicates are left out, unless the build region's own image is made by copying. */
function targetsOf({ cloud }: AmazonBuild, config: ImageConfig): CopyTarget[] {
  const others = [...new Set(config.ami_regions)].filter((region) => region !== cloud.region);
  const wantsOwn = isIntermediary(config) && !config.skip_save_build_region;
  const keys = config.region_kms_key_ids;
  // An empty key stands for the account's default one.
  const targets = others.map((region) => ({ region, keyId: keys[region] || undefined }));
  if (!wantsOwn) return targets;
  return [{ region: cloud.region, keyId: keys[cloud.region] || config.kms_key_id }, ...targets];
}

interface Copy {
  readonly made: MadeImage;
  readonly target: CopyTarget;
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
    const owned = await ownResource({ run, step, cloud }, imageKind, { token, region, kept: () => true });
    const tags = mergeTags(runTagsOfImage(build, config), markTags(run, token));
    const name = isUnnamed ? temporaryName(run) : config.ami_name;
    const copy = {
      SourceRegion: made.region,
      SourceImageId: made.id,
      Name: name,
      ClientToken: token,
      TagSpecifications: tagSpecifications(["image", "snapshot"], tags),
      Encrypted: keyId !== undefined || config.encrypt_boot,
      KmsKeyId: keyId,
      SnapshotCopyCompletionDurationMinutes: config.snapshot_copy_duration_minutes,
    };
    const options = { young: true, pauses: step.signal };
    const { ImageId } = await owned.making(() => cloud.ec2(region).call("CopyImage", copy, options));
    await owned.made(ImageId!);
    const signal = AbortSignal.any([step.signal, failed]);
    const image = await waitUntilAvailable(run, cloud, { id: ImageId!, region, signal });
    const release = () => owned.strike();
    return { region, id: ImageId!, name, owned, snapshots: mappedSnapshots(image), isUnnamed, release };
  });
}

/** Runs an action for each image, a few regions at a time. */
export async function forEachImage(
  images: readonly MadeImage[],
  action: (image: MadeImage) => Promise<void>,
): Promise<void> {
  await mapLimited([...images], 8, action);
}
