import { blocks, late, map, text } from "../../../../sdk/schema/field.ts";
import type { LateTemplate } from "../../../../sdk/late-template.ts";
import { defineSchema } from "../../../../sdk/schema/schema.ts";

const pair = defineSchema({ key: text("Key of the tag."), value: late("Value of the tag.") });

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

export type TagMap = Readonly<Record<string, LateTemplate>>;
export type TagList = readonly { readonly key: string; readonly value: LateTemplate }[];

/** Rendered tags as the EC2 API takes them; a key given twice keeps its last value. */
export function renderTags(
  map: TagMap,
  list: TagList,
  values: Readonly<Record<string, unknown>>,
): { Key: string; Value: string }[] {
  const all = new Map(Object.entries(map));
  for (const { key, value } of list) all.set(key, value);
  return [...all].map(([Key, value]) => ({ Key, Value: value.render(values) }));
}
