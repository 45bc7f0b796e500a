import { blocks, flag, keepsEmpty, list, map, text } from "../../../../sdk/schema/field.ts";
import { splitValues } from "./filter-values.ts";
import { defineSchema, type ConfigOf } from "../../../../sdk/schema/schema.ts";

const pair = defineSchema({
  name: text("Name of the filter, such as `name` or `root-device-type`."),
  value: keepsEmpty(text("Value; several are separated by commas, one with a comma in it stands in double quotes.")),
});

/** `filters = {…}`, and `filter { name, value }` where names are not known beforehand. */
const filterFields = {
  filters: map(
    text("A value; several are separated by commas, see `filter`."),
    "Filters of the EC2 API, by name.",
  ).default({}),
  filter: blocks(pair, "One filter.").default([]),
};

/** How an image is found. Also the arguments of the data source `amazon-ami`. */
export const amiFilterFields = {
  ...filterFields,
  owners: list(text("An account id, `self`, `amazon` or `aws-marketplace`."), "Accounts the image may belong to.").min(
    1,
  ),
  most_recent: flag("Take the newest of several images that match; otherwise exactly one has to match.").default(false),
  include_deprecated: flag("Consider deprecated images too.").default(false),
};
export const amiFilter = defineSchema(amiFilterFields);
export type AmiFilter = ConfigOf<typeof amiFilter>;

export const resourceFilter = defineSchema(filterFields);
export const subnetFilter = defineSchema({
  ...filterFields,
  most_free: flag("Take the subnet with the most free addresses of several that match.").default(false),
  random: flag("Take any of several that match.").default(false),
});

type Filters = {
  readonly filters: Readonly<Record<string, string>>;
  readonly filter: readonly ConfigOf<typeof pair>[];
};

/** As the EC2 API takes them. */
export function ec2Filters({ filters, filter }: Filters): { Name: string; Values: string[] }[] {
  const pairs = [...Object.entries(filters), ...filter.map(({ name, value }) => [name, value] as const)];
  return pairs.map(([Name, value]) => ({ Name, Values: splitValues(value) }));
}
