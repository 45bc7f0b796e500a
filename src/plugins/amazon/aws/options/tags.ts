import { blocks, keepsEmpty, late, lateWithDefault, map, text } from "../../../../sdk/schema/field.ts";
import type { LateTemplate, ValueName } from "../../../../sdk/late-template.ts";
import { exactlyOne } from "../../../../sdk/schema/rules.ts";
import { defineSchema } from "../../../../sdk/schema/schema.ts";

/** What tags may use: where the image is made, and what it is made from. */
export const TAG_VALUES = [
  "BuildRegion",
  "SourceAMI",
  "SourceAMIName",
  "SourceAMICreationDate",
  "SourceAMIOwner",
  "SourceAMIOwnerName",
  "SourceAMITags.*",
] as const;
export type TagValues = Readonly<Record<ValueName<(typeof TAG_VALUES)[number]>, unknown>>;

/**
 * `NAMEs = {…}` and repeated `NAME { key, value }`. Values are templates with `{{ .BuildRegion }}`, `{{ .SourceAMI }}`,
 * `{{ .SourceAMIName }}`, `{{ .SourceAMIOwner }}`, `{{ .SourceAMIOwnerName }}`, `{{ .SourceAMICreationDate }}` and
 * `{{ .SourceAMITags.Key }}`.
 */
export function tagFields<Name extends string>(name: Name, what: string) {
  return tagFieldsWith(TAG_VALUES, name, what);
}

/** The same for what is not made from an image: values are templates with functions only. */
export function plainTagFields<Name extends string>(name: Name, what: string) {
  return tagFieldsWith([], name, what);
}

function tagFieldsWith<const Values extends readonly string[], Name extends string>(
  values: Values,
  name: Name,
  what: string,
) {
  const fields = {
    [`${name}s`]: tagMap(values, `Tags of ${what}. Values are templates, see above.`),
    [name]: tagList(values, `One tag of ${what}, where keys are not known beforehand.`),
  };
  return fields as Readonly<Record<`${Name}s`, ReturnType<typeof tagMap<Values>>>> &
    Readonly<Record<Name, ReturnType<typeof tagList<Values>>>>;
}

const tagMap = <const Values extends readonly string[]>(values: Values, description: string) =>
  map(late(values, "A value."), description).default({});

const tagList = <const Values extends readonly string[]>(values: Values, description: string) => {
  const pair = defineSchema({
    key: text("Key of the tag."),
    value: keepsEmpty(lateWithDefault(values, "", "Value of the tag.")),
  });
  return blocks(pair, description).default([]);
};

const namedFields = {
  name: text("Key of the tag.").optional(),
  key: text("The same: Packer's `amazon-ebsvolume` calls it so, its other builders `name`.").optional(),
  value: keepsEmpty(lateWithDefault(TAG_VALUES, "", "Value of the tag.")),
};

/** Blocks of a tag whose key goes by two names. */
export const namedTags = (what: string) =>
  blocks(
    defineSchema(namedFields, { rules: [exactlyOne("name", "key")] }),
    `One tag of ${what}, where keys are not known beforehand.`,
  ).default([]);

type TagName = (typeof TAG_VALUES)[number];
export type TagMap<Name extends string = TagName> = Readonly<Record<string, LateTemplate<Name>>>;
export type TagList<Name extends string = TagName> = readonly {
  readonly key?: string | undefined;
  readonly name?: string | undefined;
  readonly value: LateTemplate<Name>;
}[];

/** Rendered tags as the EC2 API takes them; a key given twice keeps its last value. */
export function renderTags<Name extends string>(
  map: TagMap<Name>,
  list: TagList<Name>,
  values: Readonly<Record<ValueName<Name>, unknown>>,
): { Key: string; Value: string }[] {
  const all = new Map(Object.entries(map));
  for (const { key, name = "", value } of list) all.set(key ?? name, value);
  return [...all].map(([Key, value]) => ({ Key, Value: value.render(values) }));
}
