import type { Image } from "@aws-sdk/client-ec2";
import type { Cloud } from "../aws/cloud.ts";
import type { Run } from "../../../sdk/run.ts";
import type { AmiConfig } from "./options/ami.ts";

/** `-force` replaces too, as in Packer. */
export function replacesImages({ options }: Pick<Run, "options">, { force_deregister }: AmiConfig): boolean {
  return force_deregister || options.force;
}

/** The account's own images of the name of the new one, by region: those regions that get it and have such images. */
export async function ownImagesNamed(
  cloud: Cloud,
  config: AmiConfig,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly Image[]>> {
  const regions = new Set(config.ami_regions);
  if (!config.skip_save_build_region) regions.add(cloud.region);
  const find = async (region: string) => [region, await imagesNamed(cloud, region, config.ami_name, signal)] as const;
  const found = await Promise.all([...regions].map(find));
  return new Map(found.filter(([, images]) => images.length > 0));
}

async function imagesNamed(cloud: Cloud, region: string, name: string, signal: AbortSignal): Promise<Image[]> {
  // Names may hold what filters take for wildcards.
  const Values = [name.replaceAll(/[*?\\]/g, "\\$&")];
  const question = { Owners: ["self"], Filters: [{ Name: "name", Values }], IncludeDeprecated: true };
  const { Images = [] } = await cloud.ec2(region).call("DescribeImages", question, { signal });
  return Images.filter(({ Name }) => Name === name);
}
