import * as z from "zod";
import { fieldMeta, type FieldKind } from "../../../sdk/schema/field.ts";
import type { Schema } from "../../../sdk/schema/schema.ts";
import { declaredDefault, elementType, unwrap } from "../../../sdk/schema/zod-type.ts";

/** One option of a component as docs, completion and JSON Schema need it. */
export interface OptionDescription {
  readonly name: string;
  readonly kind: FieldKind;
  /** For people: `string`, `list of string`, `one of "a", "b"`. */
  readonly type: string;
  readonly required: boolean;
  /** As written in a template, or in words; absent where there is none. */
  readonly default: string | undefined;
  readonly description: string;
  readonly sensitive: boolean;
  /** Completes "Deprecated: …". */
  readonly deprecated: string | undefined;
  readonly choices: readonly string[] | undefined;
  /** Of a list or map: what is in it. */
  readonly element: Pick<OptionDescription, "kind" | "type" | "choices"> | undefined;
  /** The options of a nested block. */
  readonly nested: readonly OptionDescription[] | undefined;
}

/** Every option a schema declares, in its order. Old names that still work follow, as deprecated. */
export function describeSchema(schema: Schema<unknown>): readonly OptionDescription[] {
  const present = Object.entries(schema.object.shape).map(([name, field]) => describeField(name, field as z.ZodType));
  const renamed = Object.entries(schema.renamed).map(([old, name]) => oldName(old, `use \`${name}\``));
  const legacy = schema.legacy.map(({ name, replacement }) => oldName(name, replacement));
  return [...present, ...[...renamed, ...legacy].filter(({ name }) => !(name in schema.object.shape))];
}

function describeField(name: string, field: z.ZodType): OptionDescription {
  const meta = fieldMeta(field);
  const element = elementType(field);
  const choices = choicesOf(field);
  return {
    name,
    kind: meta.fieldKind,
    type: typeText(meta.fieldKind, choices, element),
    required: !field.isOptional() && lateDefault(field) === undefined,
    default: meta.defaultText ?? lateDefault(field) ?? defaultLiteral(field),
    description: meta.description,
    sensitive: meta.sensitive === true,
    deprecated: meta.replacement,
    choices,
    element: element && elementDescription(element),
    nested: meta.nested && describeSchema(meta.nested),
  };
}

function oldName(name: string, replacement: string): OptionDescription {
  return {
    name,
    kind: "any",
    type: "",
    required: false,
    default: undefined,
    description: "",
    sensitive: false,
    deprecated: replacement,
    choices: undefined,
    element: undefined,
    nested: undefined,
  };
}

function elementDescription(field: z.ZodType): NonNullable<OptionDescription["element"]> {
  const kind = fieldMeta(field).fieldKind;
  const choices = choicesOf(field);
  return { kind, choices, type: typeText(kind, choices, elementType(field)) };
}

function typeText(kind: FieldKind, choices: readonly string[] = [], element: z.ZodType | undefined): string {
  const inner = (): string => (element && elementDescription(element).type) ?? "any";
  const texts: { readonly [Kind in FieldKind]: () => string } = {
    text: () => "string",
    late: () => "string",
    flag: () => "bool",
    integer: () => "number",
    number: () => "number",
    duration: () => "duration",
    choice: () => choices.map((choice) => `"${choice}"`).join(" or "),
    list: () => `list of ${inner()}`,
    map: () => `map of ${inner()}`,
    block: () => "block",
    blocks: () => "blocks",
    any: () => "any",
  };
  return texts[kind]();
}

function choicesOf(field: z.ZodType): readonly string[] | undefined {
  const inner = unwrap(field);
  return inner instanceof z.ZodEnum ? inner.options.map(String) : undefined;
}

function lateDefault(field: z.ZodType): string | undefined {
  const { lateDefault: text } = fieldMeta(field);
  return text && JSON.stringify(text);
}

/** The value of `.default(x)`, as a template would write it. */
function defaultLiteral(field: z.ZodType): string | undefined {
  const value = declaredDefault(field);
  const isDuration = fieldMeta(field).fieldKind === "duration";
  return isDuration && typeof value === "number" ? `"${formatMs(value)}"` : JSON.stringify(value);
}

function formatMs(ms: number): string {
  const units = [
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
    ["ms", 1],
  ] as const;
  const [unit, size] = units.find(([, size]) => ms >= size && ms % size === 0) ?? ["s", 1000];
  return `${ms / size}${unit}`;
}
