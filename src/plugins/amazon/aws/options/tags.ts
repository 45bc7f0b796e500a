import { blocks, keepsEmpty, late, map, text } from "../../../../sdk/schema/field.ts";
import type { LateTemplate } from "../../../../sdk/late-template.ts";
import { exactlyOne } from "../../../../sdk/schema/rules.ts";
import { defineSchema } from "../../../../sdk/schema/schema.ts";

const pair = defineSchema({ key: text("Key of the tag."), value: keepsEmpty(late("Value of the tag.")) });

/**
 * `NAMEs = {…}` and repeated `NAME { key, value }`. Values are templates with `{{ .BuildRegion }}`, `{{ .SourceAMI }}`,
 * `{{ .SourceAMIName }}`, `{{ .SourceAMIOwner }}`, `{{ .SourceAMIOwnerName }}`, `{{ .SourceAMICreationDate }}` and
 * `{{ .SourceAMITags.Key }}`.
 */
export function tagFields<Name extends string>(name: Name, what: string) {
  const fields = {
    [`${name}s`]: map(late("A value."), `Tags of ${what}. Values are templates, see above.`).default({}),
    [name]: blocks(pair, `One tag of ${what}, where keys are not known beforehand.`).default([]),
  };
  return fields as Readonly<Record<`${Name}s`, ReturnType<typeof tagMap>>> &
    Readonly<Record<Name, ReturnType<typeof tagList>>>;
}

const tagMap = () => map(late(""), "").default({});
const tagList = () => blocks(pair, "").default([]);

const namedFields = {
  name: text("Key of the tag.").optional(),
  key: text("The same: Packer's `amazon-ebsvolume` calls it so, its other builders `name`.").optional(),
  value: keepsEmpty(late("Value of the tag.")),
};

/** Blocks of a tag whose key goes by two names. */
export const namedTags = (what: string) =>
  blocks(
    defineSchema(namedFields, { rules: [exactlyOne("name", "key")] }),
    `One tag of ${what}, where keys are not known beforehand.`,
  ).default([]);

export type TagMap = Readonly<Record<string, LateTemplate>>;
export type TagList = readonly {
  readonly key?: string | undefined;
  readonly name?: string | undefined;
  readonly value: LateTemplate;
}[];

/** Rendered tags as the EC2 API takes them; a key given twice keeps its last value. */
export function renderTags(
  map: TagMap,
  list: TagList,
  values: Readonly<Record<string, unknown>>,
): { Key: string; Value: string }[] {
  const all = new Map(Object.entries(map));
  for (const { key, name = "", value } of list) all.set(key ?? name, value);
  return [...all].map(([Key, value]) => ({ Key, Value: value.render(values) }));
}
