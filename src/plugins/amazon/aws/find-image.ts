import type { Image } from "@aws-sdk/client-ec2";
import { BuildError } from "../../../sdk/error.ts";
import type { Cloud } from "./cloud.ts";
import { ec2Filters, type AmiFilter } from "./options/filters.ts";

/** The one image that matches, or the newest where `most_recent` says so. All pages are read. */
export async function findImage(cloud: Cloud, filter: AmiFilter, signal: AbortSignal): Promise<Image> {
  const images: Image[] = [];
  let page: string | undefined;
  do {
    const input = {
      Owners: [...filter.owners],
      Filters: ec2Filters(filter),
      IncludeDeprecated: filter.include_deprecated,
      NextToken: page,
    };
    const answer = await cloud.ec2().call("DescribeImages", input, { signal });
    images.push(...(answer.Images ?? []));
    page = answer.NextToken || undefined;
  } while (page !== undefined);
  images.sort((a, b) => (a.CreationDate ?? "").localeCompare(b.CreationDate ?? ""));
  if (images.length === 0) throw noImage(cloud.region, filter);
  if (images.length > 1 && !filter.most_recent) throw tooManyImages(images);
  return images.at(-1)!;
}

function noImage(region: string, filter: AmiFilter): BuildError {
  const filters = ec2Filters(filter).map(({ Name, Values }) => `${Name} = ${Values.join(",")}`);
  const owners = filter.owners.join(", ");
  const summary = `No image in ${region} of owner ${owners} matches ${filters.join("; ")}.`;
  if (filter.include_deprecated) return new BuildError(summary);
  return new BuildError(summary, { hint: "Deprecated images are left out unless include_deprecated = true." });
}

function tooManyImages(images: readonly Image[]): BuildError {
  const newest = images.slice(-3).map(({ ImageId, Name }) => `${ImageId} (${Name})`);
  return new BuildError(`${images.length} images match, among them ${newest.join(", ")}.`, {
    hint: "Set most_recent = true to take the newest, or make the filters narrower.",
  });
}
