import { describeDuration } from "../../../lib/duration.ts";
import type { Cloud } from "../aws/cloud.ts";
import { renderTags } from "../aws/options/tags.ts";
import { imageKind, mappedSnapshots } from "../aws/kinds/image.ts";
import { launchPermissions } from "../aws/launch-permissions.ts";
import { EXPIRES_TAG, markTags, mergeTags, newToken, tagSpecifications } from "../aws/mark.ts";
import { ownResource } from "../aws/owned.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";
import type { ImportedImage } from "./import-image.ts";
import type { ImportConfig } from "./options.ts";

interface Finishing {
  readonly config: ImportConfig;
  readonly imported: ImportedImage;
}

/** Gives the image its name and encryption (which takes a copy), its tags and its shares. Returns its id. */
export async function finishImage(run: Run, cloud: Cloud, { config, imported }: Finishing): Promise<string> {
  const isCopied = config.ami_name !== undefined || config.ami_encrypt;
  const id = isCopied ? await copyImage(run, cloud, { config, imported }) : imported.id;
  await run.step("tag and share the image", async ({ signal }) => {
    const ec2 = cloud.ec2();
    const options = { young: true, signal };
    const Filters = [{ Name: "image-id", Values: [id] }];
    const { Images = [] } = await ec2.call("DescribeImages", { Filters }, options);
    const Resources = [id, ...Images.flatMap(mappedSnapshots)];
    const Tags = mergeTags(renderTags(config.tags, config.tag, {}), [{ Key: EXPIRES_TAG, Value: "never" }]);
    await ec2.call("CreateTags", { Resources, Tags }, options);
    for (const Add of launchPermissions(config)) {
      await ec2.call("ModifyImageAttribute", { ImageId: id, LaunchPermission: { Add } }, options);
    }
    if (config.ami_description) {
      await ec2.call("ModifyImageAttribute", { ImageId: id, Description: { Value: config.ami_description } }, options);
    }
    if (config.imds_support) {
      await ec2.call("ModifyImageAttribute", { ImageId: id, ImdsSupport: { Value: config.imds_support } }, options);
    }
  });
  if (!isCopied) await imported.owned.strike();
  return id;
}

/** The name of an image cannot be changed. The imported one goes with its task at the end. */
function copyImage(run: Run, cloud: Cloud, { config, imported }: Finishing): Promise<string> {
  return run.step("name the image", async (step) => {
    const token = newToken(run);
    const owned = await ownResource({ run, step, cloud }, imageKind, { token, kept: () => true });
    const input = {
      SourceImageId: imported.id,
      SourceRegion: cloud.region,
      Name: config.ami_name ?? `imgbuild-${token}`,
      ClientToken: token,
      Encrypted: config.ami_encrypt || undefined,
      KmsKeyId: config.ami_kms_key,
      TagSpecifications: tagSpecifications(["image", "snapshot"], markTags(run, token)),
    };
    const options = { young: true, pauses: step.signal };
    const { ImageId: id } = await owned.making(() => cloud.ec2().call("CopyImage", input, options));
    await owned.made(id!);
    const timeoutMs = cloud.waitLimitMs(60 * 60_000);
    const done = await cloud.poller().wait("image", id!, {
      until: (image) => {
        if (image?.State === "failed") throw new BuildError(`The copy ${id} failed: ${image.StateReason?.Message}.`);
        return image?.State === "available" || undefined;
      },
      expectedMs: 120_000,
      timeoutMs,
      signal: step.signal,
    });
    if (done) return id!;
    throw new BuildError(`The copy ${id} is not available after ${describeDuration(timeoutMs)}.`);
  });
}
