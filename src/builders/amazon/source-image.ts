import type { Image } from "@aws-sdk/client-ec2";
import type { Cloud } from "../../sdk/amazon/cloud.ts";
import type { AmiFilter } from "../../sdk/amazon/config/filters.ts";
import { findImage } from "../../sdk/amazon/find-image.ts";
import { BuildError } from "../../sdk/error.ts";
import type { RunConfig } from "./config/run.ts";

/** The image to start from, by id or by its properties. Rejects when there is none, or more than one to choose from. */
export async function findSourceImage(
  cloud: Cloud,
  config: Pick<RunConfig, "source_ami" | "source_ami_filter">,
  signal: AbortSignal,
): Promise<Image> {
  if (!config.source_ami) return findImage(cloud, config.source_ami_filter as AmiFilter, signal);
  const Filters = [{ Name: "image-id", Values: [config.source_ami] }];
  const { Images = [] } = await cloud.ec2().call("DescribeImages", { Filters, IncludeDeprecated: true }, { signal });
  if (Images[0]) return Images[0];
  throw new BuildError(`There is no image ${config.source_ami} in ${cloud.region} that this account may use.`, {
    hint: "Image ids differ from region to region. source_ami_filter finds an image by its name in any region.",
  });
}
