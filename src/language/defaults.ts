import { withMarks } from "./marks.ts";
import { isCollection } from "./type.ts";
import {
  childrenOf,
  entriesOf,
  isKnown,
  isNull,
  itemsOf,
  objectValue,
  tupleValue,
  type ObjectAttribute,
  type Type,
  type Value,
} from "./value.ts";
import { mapChildren } from "./map-children.ts";

/**
 * Fills in the defaults that `optional(type, default)` declares, at any depth, where an attribute is missing or null.
 * The value need not be of the type yet: convert it afterwards.
 */
export function applyDefaults(value: Value, type: Type): Value {
  if (isNull(value) || !isKnown(value) || !hasDefaults(type)) return value;
  if (type.kind === "object") return applyToObject(value, type.attributes);
  if (type.kind === "tuple" && value.type.kind === "tuple") {
    const items = itemsOf(value).map((item, index) => applyDefaults(item, type.elements[index] ?? item.type));
    return withMarks(tupleValue(items), value.marks);
  }
  return isCollection(type) ? applyToElements(value, type.element) : value;
}

function applyToObject(value: Value, attributes: ReadonlyMap<string, ObjectAttribute>): Value {
  if (value.type.kind !== "object" && value.type.kind !== "map") return value;
  const entries = new Map(entriesOf(value));
  for (const [name, attribute] of attributes) {
    const given = entries.get(name);
    const isGiven = given !== undefined && !isNull(given);
    const chosen = isGiven ? given : (attribute.default ?? given);
    if (chosen) entries.set(name, applyDefaults(chosen, attribute.type));
  }
  return withMarks(objectValue(entries), value.marks);
}

/** Elements may differ in type once defaults are in, so a collection becomes the structural value of the same shape. */
function applyToElements(value: Value, element: Type): Value {
  const apply = (item: Value): Value => applyDefaults(item, element);
  if (value.type.kind === "map") {
    return withMarks(objectValue([...entriesOf(value)].map(([key, item]) => [key, apply(item)] as const)), value.marks);
  }
  if (value.type.kind === "list" || value.type.kind === "set")
    return withMarks(tupleValue(childrenOf(value).map(apply)), value.marks);
  return mapChildren(value, apply);
}

function hasDefaults(type: Type): boolean {
  if (type.kind === "object")
    return [...type.attributes.values()].some((attribute) => attribute.default ?? hasDefaults(attribute.type));
  if (type.kind === "tuple") return type.elements.some(hasDefaults);
  return "element" in type && hasDefaults(type.element);
}
