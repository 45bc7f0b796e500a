import type { Image } from "@aws-sdk/client-ec2";
import type { Cloud } from "../aws/cloud.ts";
import { renderTags, type TagList, type TagMap, type TagValues } from "../aws/options/tags.ts";
import { textMap } from "../../../lib/go-template/absent.ts";
import { LateTemplate } from "../../../sdk/late-template.ts";
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
    SourceAMITags: textMap(Object.fromEntries((source.Tags ?? []).map(({ Key, Value }) => [Key!, Value ?? ""]))),
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

/** Arguments that are rendered with the values of the source image. */
const WITH_SOURCE = [
  "ami_description",
  "ebs_volumes",
  "fleet_tag",
  "run_tag",
  "run_volume_tag",
  "snapshot_tag",
  "spot_tag",
  "tag",
];

/**
 * Renders every template that is used later, with the values it will have then: what cannot be rendered ends the build
 * before anything is made.
 */
export function checkTemplates(build: Pick<AmazonBuild, "cloud" | "source">, config: object): void {
  const values = templateValues(build);
  for (const [name, value] of Object.entries(config)) {
    if (WITH_SOURCE.some((known) => name === known || name === `${known}s`)) renderAll(value, values);
  }
}

function renderAll(value: unknown, values: Readonly<Record<string, unknown>>): void {
  if (value instanceof LateTemplate) return void value.render(values);
  if (typeof value !== "object" || value === null) return;
  for (const inner of Object.values(value)) renderAll(inner, values);
}
