import type { Image, Instance, Tag } from "@aws-sdk/client-ec2";
import { describeDuration } from "../../../lib/duration.ts";
import type { Cloud } from "../aws/cloud.ts";
import { createOnce } from "../aws/create-once.ts";
import { imageKind, mappedSnapshots } from "../aws/kinds/image.ts";
import { byToken, markTags, mergeTags, newToken, tagSpecifications } from "../aws/mark.ts";
import { ownResource, type OwnedResource } from "../aws/owned.ts";
import { unlessEmpty } from "../aws/request.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";
import { blockDeviceMappings } from "./block-devices.ts";
import { tagsFor, templateValues, type AmazonBuild } from "./build.ts";
import type { AmiConfig } from "./options/ami.ts";
import type { RunConfig } from "./options/run.ts";

/** An image this build has made, ours until the build has succeeded. */
export interface MadeImage {
  readonly region: string;
  readonly id: string;
  readonly name: string;
  readonly owned: OwnedResource;
  /** Those its devices are made from. */
  readonly snapshots: readonly string[];
  /** It has a provisional name, and takes the name of an older image once it is complete. */
  readonly isUnnamed: boolean;
  /** The image is the user's from now on: no clean-up takes it, or the snapshots that were made for it beforehand. */
  release(): Promise<void>;
}

export type ImageConfig = AmiConfig & Pick<RunConfig, "run_tags" | "run_tag">;

/** Whether the image in the build region is only there to be copied from. */
export function isIntermediary(config: AmiConfig): boolean {
  return config.encrypt_boot === true || config.skip_save_build_region;
}

export interface ImageNaming {
  readonly name: string;
  /** Only there to be copied from. */
  readonly temporary: boolean;
  /** Its name is ours until an older image has given up the wanted one. */
  readonly isUnnamed: boolean;
}

/** What the image in the build region is called at first. */
export function imageNaming({ run, cloud }: AmazonBuild, config: AmiConfig, olds: OldImages): ImageNaming {
  const temporary = isIntermediary(config);
  const isUnnamed = !temporary && olds.has(cloud.region);
  const isProvisional = temporary || isUnnamed;
  return { name: isProvisional ? temporaryName(run) : config.ami_name, temporary, isUnnamed };
}

/** An image of the machine, complete. Removed again unless the whole build succeeds (and always when it was only a stage). */
export async function createImage(
  build: AmazonBuild,
  config: ImageConfig,
  { instance, olds }: { readonly instance: Instance; readonly olds: OldImages },
): Promise<MadeImage> {
  const naming = imageNaming(build, config, olds);
  const create: Making["create"] = (spec) => fromInstance(build, config, instance, { name: naming.name, spec });
  return makeImage(build, config, { ...naming, create });
}

/** Images of the same name that the new ones replace, by region. */
export type OldImages = ReadonlyMap<string, readonly Image[]>;

/** Images that no clean-up takes any more, by region. */
export type ReleasedImages = Map<string, MadeImage>;

export function temporaryName(run: Pick<Run, "runId">): string {
  return `imgbuild-${newToken(run)}`;
}

interface Making extends ImageNaming {
  readonly create: (spec: ReturnType<typeof tagSpecifications>) => Promise<string>;
  /** What it is made of and cannot be without: goes and stays with it. */
  readonly parts?: readonly Pick<OwnedResource, "strike">[];
}

/** Journals, makes, waits. Shared by everything that makes an image in the build region. */
export async function makeImage(build: AmazonBuild, config: ImageConfig, making: Making): Promise<MadeImage> {
  return build.run.step("create the image", async (step) => {
    const { run, cloud } = build;
    const token = newToken(run);
    const owned = await ownResource({ run, step, cloud }, imageKind, { token, kept: () => !making.temporary });
    run.say(`Creating the image ${making.name} from the instance...`);
    const spec = tagSpecifications(["image"], mergeTags(runTagsOfImage(build, config), markTags(run, token)));
    const id = await owned.making(() => createImageOnce({ run, cloud }, token, () => making.create(spec)));
    await owned.made(id);
    run.say(`AMI: ${id}`);
    const image = await waitUntilAvailable(run, cloud, { id, region: cloud.region, signal: step.signal });
    const release = async () => {
      for (const part of [owned, ...(making.parts ?? [])]) await part.strike();
    };
    const { name, isUnnamed } = making;
    return { region: cloud.region, id, name, owned, snapshots: mappedSnapshots(image), isUnnamed, release };
  });
}

export function runTagsOfImage(build: AmazonBuild, config: ImageConfig): Tag[] {
  if (config.skip_ami_run_tags) return [];
  return tagsFor(build, config.run_tags, config.run_tag);
}

async function fromInstance(
  build: AmazonBuild,
  config: ImageConfig,
  instance: Instance,
  { name, spec }: { readonly name: string; readonly spec: ReturnType<typeof tagSpecifications> },
): Promise<string> {
  const input = {
    InstanceId: instance.InstanceId,
    Name: name,
    Description: config.ami_description?.render(templateValues(build)),
    TagSpecifications: spec,
    BlockDeviceMappings: unlessEmpty(blockDeviceMappings(config.ami_block_device_mappings, build.source)),
  };
  const options = { young: true, once: true, pauses: build.run.signal };
  const made = await build.cloud.ec2().call("CreateImage", input, options);
  return made.ImageId!;
}

/** Makes an image that carries the token, by a call that has no client token of its own. */
export function createImageOnce(
  { run, cloud, region = cloud.region }: CreateContext,
  token: string,
  create: () => Promise<string>,
): Promise<string> {
  const find = async () => {
    const question = { Owners: ["self"], Filters: byToken(token) };
    const { Images } = await cloud.ec2(region).call("DescribeImages", question);
    return Images?.[0]?.ImageId;
  };
  return createOnce({ create, find, takenCode: "InvalidAMIName.Duplicate", signal: run.signal });
}

interface CreateContext {
  readonly run: Pick<Run, "signal">;
  readonly cloud: Cloud;
  /** Default: the build region. */
  readonly region?: string;
}

export const AVAILABLE_MS = 60 * 60_000;
const FAILED_STATES = new Set(["failed", "invalid", "error"]);

export async function waitUntilAvailable(
  run: Pick<Run, "say" | "debug">,
  cloud: Cloud,
  { id, region, signal }: { readonly id: string; readonly region: string; readonly signal: AbortSignal },
): Promise<Image> {
  run.say(`Waiting for AMI ${id} in ${region} to become ready...`);
  const started = performance.now();
  const timeoutMs = cloud.waitLimitMs(AVAILABLE_MS);
  const image = await cloud.poller(region).wait("image", id, {
    until: (found) => {
      if (found?.State === "available") return found;
      if (!found || !FAILED_STATES.has(found.State ?? "")) return undefined;
      throw new BuildError(`The image ${id} in ${region} failed: ${found.StateReason?.Message ?? found.State}.`);
    },
    expectedMs: 120_000,
    timeoutMs,
    signal,
  });
  run.debug("amazon", `image ${id} after ${describeDuration(performance.now() - started)}`);
  if (image) return image;
  throw new BuildError(`The image ${id} in ${region} is not available after ${describeDuration(timeoutMs)}.`, {
    hint: "It may only need longer: aws_polling sets the limit. With -on-error=abort it is left to complete.",
  });
}
