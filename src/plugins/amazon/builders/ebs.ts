import { BUILDER_ID } from "../../../sdk/artifact-state.ts";
import type { Artifact } from "../../../sdk/artifact.ts";
import { openCloud } from "../aws/cloud.ts";
import { amazonNeeds } from "../aws/needs.ts";
import type { Builder, BuilderRun } from "../../../sdk/component.ts";
import { imageArtifact } from "./artifact.ts";
import { amazonGeneratedData, checkTemplates, type AmazonBuild } from "./build.ts";
import { copyImages } from "./copy-images.ts";
import { createImage } from "./create-image.ts";
import { type EbsConfig, schema } from "./options/ebs.ts";
import { provisionMachine } from "./machine.ts";
import { modifyInstance } from "./modify-instance.ts";
import { preflightImage } from "./preflight.ts";
import { finishImages } from "./finish-images.ts";
import { findOldImages } from "./replace-images.ts";
import { findSourceImage } from "./source-image.ts";
import { checkAmazonFiles } from "./user-data.ts";

/** Builds AMIs: starts a machine from an image, provisions it, and makes an image of it. */
export const builder: Builder<EbsConfig> = {
  kind: "builder",
  type: "amazon-ebs",
  summary: "Builds an Amazon machine image (AMI) from a running EC2 instance with EBS volumes.",
  schema,
  generatedData: amazonGeneratedData,
  makesNoFiles: true,
  build: buildImage,
  checkFiles: checkAmazonFiles,
  preflight: preflightImage,
  needs: amazonNeeds,
};

async function buildImage(run: BuilderRun, config: EbsConfig): Promise<Artifact | undefined> {
  const cloud = await openCloud(run, config);
  const source = await run.step("find the source image", ({ signal }) => findSourceImage(cloud, config, signal));
  const build: AmazonBuild = { run, cloud, source };
  checkTemplates(build, config);
  run.say(`Found Image ID: ${source.ImageId}`);
  const { instance } = await provisionMachine(build, config, { devices: config.launch_block_device_mappings });
  await modifyInstance(build, config, instance.InstanceId!);
  if (config.skip_create_ami) {
    run.say("Skipping the image, as skip_create_ami asks for");
    return undefined;
  }
  const olds = await findOldImages(build, config);
  const made = await createImage(build, config, { instance, olds });
  const copies = await copyImages(build, config, made, olds);
  const images = await finishImages(build, config, { images: copies, olds });
  return imageArtifact(build, BUILDER_ID.amazonEbs, images);
}
