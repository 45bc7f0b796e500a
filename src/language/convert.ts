import { converted, failed, failedAt, type Conversion } from "./conversion.ts";
import { convertPrimitive, mismatch, withArticle } from "./convert-primitive.ts";
import { unmark, withMarks } from "./marks.ts";
import { setValue } from "./set.ts";
import { elementOf, hasDynamic, typesEqual, withoutOptional } from "./type.ts";
import { unifyElements } from "./unify.ts";
import { listValue, mapValue, nullValue, objectValue, tupleValue, unknownValue } from "./value.ts";
import { entriesOf, isKnown, isNull, itemsOf, type ObjectAttribute, type Type, type Value } from "./value.ts";

/**
 * Converts a value to a type or type constraint (`any` inside it takes whatever is there; missing optional attributes
 * get their default, else null). Marks stay. Source: go-cty docs/convert.md.
 */
export function convert(value: Value, type: Type): Conversion {
  if (type.kind === "dynamic") return converted(value);
  if (isNull(value)) return converted(withMarks(nullValue(withoutOptional(type)), value.marks));
  if (!isKnown(value)) return convertUnknown(value, type);
  if (typesEqual(value.type, type) && !hasDynamic(type) && type.kind !== "object") return converted(value);
  const result = convertKnown(value, type);
  if (result.value) return converted(withMarks(result.value, value.marks));
  // What is inside a secret is secret, even the names of its attributes.
  const isHidden = value.marks.size > 0 && result.error.path.length > 0;
  return isHidden ? failed(`${withArticle(type)} is required, and the sensitive value is not one`) : result;
}

function convertKnown(value: Value, type: Type): Conversion {
  // The message about a failed conversion has to see that a text is sensitive.
  return isStructural(type) ? convertStructure(unmark(value), type) : convertPrimitive(value, type);
}

type Structural = Exclude<Type, { kind: "string" | "number" | "bool" | "dynamic" }>;
const isStructural = (type: Type): type is Structural =>
  "element" in type || "elements" in type || "attributes" in type;

function convertUnknown(value: Value, type: Type): Conversion {
  if (!mayConvert(value.type, type)) return failed(mismatch(value.type, type));
  const target = fillDynamic(value.type, type);
  return converted(withMarks(unknownValue(target), value.marks));
}

/** The constraint with its `any` replaced by what the type has in the same place. */
function fillDynamic(from: Type, constraint: Type): Type {
  if (constraint.kind === "dynamic") return from;
  if (!("element" in constraint && "element" in from)) return withoutOptional(constraint);
  return { kind: constraint.kind, element: fillDynamic(from.element, constraint.element) };
}

const sequences: readonly Type["kind"][] = ["list", "set", "tuple"];
const keyed: readonly Type["kind"][] = ["map", "object"];
const primitives: readonly Type["kind"][] = ["string", "number", "bool"];

/** Whether some value of the one type converts to the other, as far as the outermost kinds tell. */
function mayConvert(from: Type, to: Type): boolean {
  if (from.kind === "dynamic" || from.kind === to.kind) return true;
  if (from.kind === "string" || to.kind === "string")
    return primitives.includes(from.kind) && primitives.includes(to.kind);
  if (to.kind === "tuple") return false;
  return [sequences, keyed].some((family) => family.includes(from.kind) && family.includes(to.kind));
}

function convertStructure(value: Value, type: Structural): Conversion {
  if (!mayConvert(value.type, type)) return failed(mismatch(value.type, type));
  switch (type.kind) {
    case "list":
    case "set":
      return toSequence(value, type);
    case "map":
      return toMap(value, type.element);
    case "tuple":
      return toTuple(value, type.elements);
    case "object":
      return toObject(value, type.attributes);
  }
}

function toSequence(value: Value, type: Extract<Type, { kind: "list" | "set" }>): Conversion {
  const items = itemsOf(value);
  const all = convertAll(
    items.map((item, index) => [index, item]),
    type.element,
    value.type,
  );
  if ("error" in all) return { error: all.error };
  if (type.kind === "list") return converted(listValue(all.element, all.values));
  return converted(setValue(all.element, all.values));
}

function toMap(value: Value, element: Type): Conversion {
  const entries = [...entriesOf(value)];
  const all = convertAll(entries, element, value.type);
  if ("error" in all) return { error: all.error };
  return converted(
    mapValue(
      all.element,
      entries.map(([key], index) => [key, all.values[index]!]),
    ),
  );
}

type ConvertedAll =
  { readonly element: Type; readonly values: readonly Value[] } | { readonly error: NonNullable<Conversion["error"]> };

/** Converts elements to one type; where the constraint leaves it open (`list(any)`) they agree on one among them. */
function convertAll(
  entries: readonly (readonly [string | number, Value])[],
  constraint: Type,
  from: Type,
): ConvertedAll {
  const each = convertEach(entries, constraint);
  if (!Array.isArray(each)) return { error: each };
  if (!hasDynamic(constraint)) return { element: withoutOptional(constraint), values: each };
  const isOpen = constraint.kind === "dynamic";
  const element = (isOpen && elementOf(from)) || unifyElements(each.map((value: Value) => value.type));
  if (!element) return { error: { path: [], message: "all elements must have the same type" } };
  const values = convertEach(
    entries.map(([key], index) => [key, each[index]!]),
    element,
  );
  if (!Array.isArray(values)) return { error: values };
  return { element, values };
}

function convertEach(
  entries: readonly (readonly [string | number, Value])[],
  type: Type,
): Value[] | NonNullable<Conversion["error"]> {
  const values: Value[] = [];
  for (const [step, item] of entries) {
    const result = convert(item, type);
    if (!result.value) return failedAt(step, result.error).error!;
    values.push(result.value);
  }
  return values;
}

function toTuple(value: Value, types: readonly Type[]): Conversion {
  if (value.type.kind !== "tuple") return failed(mismatch(value.type, { kind: "tuple", elements: types }));
  const items = itemsOf(value);
  if (items.length !== types.length)
    return failed(`a tuple of ${types.length} elements is required, and this one has ${items.length}`);
  const values: Value[] = [];
  for (const [index, item] of items.entries()) {
    const result = convert(item, types[index]!);
    if (!result.value) return failedAt(index, result.error);
    values.push(result.value);
  }
  return converted(tupleValue(values));
}

function toObject(value: Value, attributes: ReadonlyMap<string, ObjectAttribute>): Conversion {
  const given = entriesOf(value);
  const missing = [...attributes]
    .filter(([name, attribute]) => !given.has(name) && !attribute.optional)
    .map(([name]) => `"${name}"`);
  if (missing.length === 1) return failed(`attribute ${missing[0]} is required`);
  if (missing.length > 1) return failed(`attributes ${missing.join(", ")} are required`);
  const entries: [string, Value][] = [];
  for (const [name, attribute] of attributes) {
    const item = given.get(name) ?? attribute.default ?? nullValue(withoutOptional(attribute.type));
    const result = convert(item, attribute.type);
    if (!result.value) return failedAt(name, result.error);
    entries.push([name, result.value]);
  }
  return converted(objectValue(entries));
}
