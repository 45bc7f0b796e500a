import { openCloud } from "../aws/cloud.ts";
import { accessFields, accessRules } from "../aws/options/access.ts";
import { amiFilterFields } from "../aws/options/filters.ts";
import { findImage } from "../aws/find-image.ts";
import type { DataSource } from "../../../sdk/component.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";

const schema = defineSchema({ ...accessFields, ...amiFilterFields }, { rules: accessRules });
type AmiDataConfig = ConfigOf<typeof schema>;

/** The properties of an image found by its properties. */
export const dataSource: DataSource<AmiDataConfig> = {
  kind: "data-source",
  type: "amazon-ami",
  summary: "Finds an Amazon machine image (AMI).",
  schema,
  outputs: {
    id: "string",
    name: "string",
    creation_date: "string",
    owner: "string",
    owner_name: "string",
    tags: "map(string)",
  },
  async read(run, config) {
    const cloud = await openCloud(run, config);
    const image = await findImage(cloud, config, run.signal);
    return {
      id: image.ImageId ?? "",
      name: image.Name ?? "",
      creation_date: image.CreationDate ?? "",
      owner: image.OwnerId ?? "",
      owner_name: image.ImageOwnerAlias ?? "",
      tags: Object.fromEntries((image.Tags ?? []).map(({ Key, Value }) => [Key!, Value ?? ""])),
    };
  },
};
