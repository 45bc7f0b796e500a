import { BUILDER_ID } from "../../../sdk/artifact-state.ts";
import type { ArtifactOf, Artifact } from "../../../sdk/artifact.ts";
import { extname } from "node:path";
import { amazonNeeds } from "../aws/needs.ts";
import { openCloud, type Cloud } from "../aws/cloud.ts";
import { deleteSnapshot, mappedSnapshots } from "../aws/kinds/image.ts";
import { unlessGone } from "../aws/kinds/network.ts";
import type { PostProcessor } from "../../../sdk/component.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";
import { finishImage } from "./finish-image.ts";
import { importImage } from "./import-image.ts";
import { schema, type ImportConfig } from "./options.ts";
import { uploadToBucket } from "./upload.ts";

/** Turns a disk image or an OVA into an AMI, by way of S3 and EC2's VM Import. */
export const postProcessor: PostProcessor<ImportConfig> = {
  kind: "post-processor",
  type: "amazon-import",
  summary: "Imports an OVA or a disk image as an Amazon machine image (AMI).",
  schema,
  independent: true,
  needs: amazonNeeds,
  async process(run, config, input) {
    const path = fileOf(input, config.format);
    const cloud = await openCloud(run, config);
    await checkName(run, cloud, config);
    const object = await uploadToBucket(run, cloud, { config, path });
    const imported = await importImage(run, cloud, { config, object });
    const id = await finishImage(run, cloud, { config, imported });
    return { artifact: artifactOf(cloud, id, config), keepInput: config.keep_input_artifact ?? false };
  },
};

/** Before hours of uploading and importing: a name belongs to one image. */
async function checkName(run: Run, cloud: Cloud, { ami_name: name }: ImportConfig): Promise<void> {
  if (name === undefined) return;
  const question = { Owners: ["self"], Filters: [{ Name: "name", Values: [name] }] };
  const { Images = [] } = await cloud.ec2().call("DescribeImages", question, { signal: run.signal });
  const taken = Images.find((image) => image.Name === name);
  if (taken)
    throw new BuildError(`The name "${name}" is taken in ${cloud.region} by ${taken.ImageId}.`, {
      hint: "Choose another ami_name.",
    });
}

function fileOf(input: Artifact, format: string): string {
  const path = input.files.find((file) => extname(file) === `.${format}`);
  if (path !== undefined) return path;
  throw new BuildError(`The artifact has no .${format} file to import.`, {
    hint: 'Set format to what the builder makes, for example format = "ova" with VirtualBox or format = "raw" with QEMU.',
  });
}

/** As Go calls them, for HCP. */
const GO_ARCHITECTURES = { x86_64: "amd64", i386: "386", arm64: "arm64" } as const;

function artifactOf(cloud: Cloud, id: string, config: ImportConfig): ArtifactOf<typeof BUILDER_ID.amazonImport> {
  const { region } = cloud;
  return {
    builderId: BUILDER_ID.amazonImport,
    id: `${region}:${id}`,
    files: [],
    description: `AMIs were created:\n${region}: ${id}`,
    state: { region, architecture: GO_ARCHITECTURES[config.architecture] },
    destroy: async (signal) => {
      const ec2 = cloud.ec2();
      const { Images = [] } = await ec2.call("DescribeImages", { ImageIds: [id] }, { signal });
      await unlessGone(ec2.call("DeregisterImage", { ImageId: id }, { signal }));
      for (const snapshot of Images.flatMap(mappedSnapshots)) await deleteSnapshot(cloud, region, snapshot, signal);
    },
  };
}
