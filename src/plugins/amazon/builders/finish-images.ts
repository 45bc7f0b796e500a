import { BuildError } from "../../../sdk/error.ts";
import type { AmazonBuild } from "./build.ts";
import type { ImageConfig, MadeImage, OldImages, ReleasedImages } from "./create-image.ts";
import { publishImages, tagImage } from "./publish-images.ts";
import { replaceOldImages } from "./replace-images.ts";

/**
 * The last steps: images take the place of older ones, and get tags and shares. What has been released by the time one
 * of them fails stays, with its tags, and is named.
 */
export async function finishImages(
  build: AmazonBuild,
  config: ImageConfig,
  { images, olds }: { readonly images: readonly MadeImage[]; readonly olds: OldImages },
): Promise<readonly MadeImage[]> {
  const released: ReleasedImages = new Map();
  try {
    const named = await replaceOldImages(build, config, { images, olds, released });
    await publishImages(build, config, named);
    return named;
  } catch (cause) {
    if (released.size === 0) throw cause;
    throw await keepReleased(build, config, { released, cause });
  }
}

interface LateFailure {
  readonly released: ReleasedImages;
  readonly cause: unknown;
}

async function keepReleased(
  build: AmazonBuild,
  config: ImageConfig,
  { released, cause }: LateFailure,
): Promise<BuildError> {
  const { run } = build;
  const lines: string[] = [];
  for (const image of released.values()) {
    const tagged = await tagImage(build, config, image, AbortSignal.timeout(TAGGING_MS)).catch((error: unknown) => {
      run.warn(`The image ${image.id} in ${image.region} has no tags: ${String(error)}`);
      return "untagged";
    });
    const description = `image ${image.id} (Amazon, ${image.region}): ${describeState(config, image, tagged === undefined)}`;
    const manualCommand = `aws ec2 deregister-image --image-id ${image.id} --region ${image.region}`;
    run.leave({ description, manualCommand });
    lines.push(`\n    ${description}`);
  }
  return new BuildError("The image was made, but what comes after that failed.", {
    cause,
    hint: `Nothing is lost. These stay, and are yours:${lines.join("")}`,
  });
}

/** The run may have been interrupted: its own signal is over then. */
const TAGGING_MS = 60_000;

function describeState({ ami_name }: ImageConfig, { name, isUnnamed }: MadeImage, isTagged: boolean): string {
  const called = isUnnamed ? `complete, called ${name} in place of "${ami_name}"` : `complete, called "${ami_name}"`;
  return isTagged ? `${called}, tagged, and perhaps not shared` : `${called}, without tags`;
}
