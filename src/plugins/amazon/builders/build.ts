import type { Image } from "@aws-sdk/client-ec2";
import type { Cloud } from "../aws/cloud.ts";
import { renderTags, type TagList, type TagMap, type TagValues } from "../aws/options/tags.ts";
import type { BuilderRun } from "../../../sdk/component.ts";

/** What the steps of one Amazon build share: where it runs, what it starts from. */
export interface AmazonBuild {
  readonly run: BuilderRun;
  readonly cloud: Cloud;
  readonly source: Image;
}

/** The values of tag templates and of `build.*`. */
export function templateValues({ cloud, source }: Pick<AmazonBuild, "cloud" | "source">): TagValues {
  return {
    BuildRegion: cloud.region,
    SourceAMI: source.ImageId ?? "",
    SourceAMIName: source.Name ?? "",
    SourceAMICreationDate: source.CreationDate ?? "",
    SourceAMIOwner: source.OwnerId ?? "",
    SourceAMIOwnerName: source.ImageOwnerAlias ?? "",
    SourceAMITags: Object.fromEntries((source.Tags ?? []).map(({ Key, Value }) => [Key!, Value ?? ""])),
  };
}

/** Names of `build.*` that Amazon builders add. */
export const amazonGeneratedData = [
  "SourceAMI",
  "SourceAMIName",
  "SourceAMICreationDate",
  "SourceAMIOwner",
  "SourceAMIOwnerName",
  "BuildRegion",
] as const;

export function tagsFor(build: Pick<AmazonBuild, "cloud" | "source">, map: TagMap, list: TagList) {
  return renderTags(map, list, templateValues(build));
}
