import type { Image } from "@aws-sdk/client-ec2";
import type { Cloud } from "../aws/cloud.ts";
import type { AmiFilter } from "../aws/options/filters.ts";
import { findImage } from "../aws/find-image.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { AmiConfig } from "./options/ami.ts";
import type { RunConfig } from "./options/run.ts";

type ImageChoice = Pick<RunConfig, "source_ami" | "source_ami_filter"> &
  Partial<Pick<AmiConfig, "ami_virtualization_type">>;

/** The image to start from, by id or by its properties. Rejects when there is none, or more than one to choose from. */
export function findSourceImage(cloud: Cloud, config: ImageChoice, signal: AbortSignal): Promise<Image> {
  const { source_ami, source_ami_filter, ami_virtualization_type } = config;
  const key = JSON.stringify({ source_ami, source_ami_filter, ami_virtualization_type });
  return cloud.remembered(`source image ${key}`, () => find(cloud, config, signal));
}

async function find(cloud: Cloud, config: ImageChoice, signal: AbortSignal): Promise<Image> {
  if (!config.source_ami) return findImage(cloud, filterOf(config), signal);
  const Filters = [{ Name: "image-id", Values: [config.source_ami] }];
  const { Images = [] } = await cloud.ec2().call("DescribeImages", { Filters, IncludeDeprecated: true }, { signal });
  if (Images[0]) return Images[0];
  throw new BuildError(`There is no image ${config.source_ami} in ${cloud.region} that this account may use.`, {
    hint: "Image ids differ from region to region. source_ami_filter finds an image by its name in any region.",
  });
}

function filterOf({ source_ami_filter, ami_virtualization_type: type }: ImageChoice): AmiFilter {
  const filter = source_ami_filter as AmiFilter;
  if (type === undefined) return filter;
  return { ...filter, filter: [...filter.filter, { name: "virtualization-type", value: type }] };
}
