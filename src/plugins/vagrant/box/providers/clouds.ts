import type { Artifact } from "../../../../sdk/artifact.ts";
import { BuildError } from "../../../../sdk/error.ts";
import { providerBlock, rubyString, type BoxContent, type BoxProvider } from "../provider.ts";

/** Boxes without a disk: a Vagrantfile that names the image where it lives. */
export const aws = cloud("aws", "aws", (artifact) =>
  regionPairs(artifact).map(([region, ami]) => `aws.region_config ${rubyString(region)}, ami: ${rubyString(ami)}`),
);

export const docker = cloud("docker", "docker", (artifact) => [`docker.image = ${rubyString(artifact.id)}`]);

export const google = cloud("google", "google", (artifact) => [`google.image = ${rubyString(artifact.id)}`]);

export const digitalOcean = cloud("digital_ocean", "digital_ocean", (artifact) => {
  const [region, image] = onePair(artifact);
  return [`digital_ocean.image = ${rubyString(image)}`, `digital_ocean.region = ${rubyString(region)}`];
});

export const scaleway = cloud("scaleway", "scaleway", (artifact) => {
  const [region, image] = onePair(artifact);
  return [`scaleway.image = ${rubyString(image)}`, `scaleway.region = ${rubyString(region)}`];
});

export const azure = cloud("azure", "azure", (artifact) => [`azure.vm_managed_image_id = ${rubyString(artifact.id)}`]);

function cloud(name: string, variable: string, statements: (artifact: Artifact) => readonly string[]): BoxProvider {
  return {
    name,
    mustKeepInput: true,
    content: (artifact): Promise<BoxContent> =>
      Promise.resolve({ vagrantfile: providerBlock(name, variable, statements(artifact)), entries: [] }),
  };
}

/** `region:image,region:image` in the artifact's id. */
function regionPairs(artifact: Artifact): (readonly [string, string])[] {
  return artifact.id.split(",").map((pair) => {
    const [region, image, ...rest] = pair.split(":");
    if (!region || !image || rest.length > 0) {
      throw new BuildError(`The artifact id "${artifact.id}" is not a list of region:image pairs.`);
    }
    return [region, image];
  });
}

function onePair(artifact: Artifact): readonly [string, string] {
  return regionPairs(artifact)[0]!;
}
