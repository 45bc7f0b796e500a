import type { Decimal } from "decimal.js";
import { compareStrings } from "./compare-strings.ts";
import { formatNumber } from "./number.ts";
import { deepMarks, deepUnmark, union } from "./marks.ts";
import { isKnown, isNull, isWhollyKnown, NO_MARKS, setOf, type Content, type Type, type Value } from "./value.ts";

/**
 * A set of values which all have the type `element` already: ordered, without duplicates. Elements of a set have no
 * position to be identified by, so their marks move to the set itself.
 */
export function setValue(element: Type, items: readonly Value[]): Value {
  const marks = items.reduce((all, item) => union(all, deepMarks(item)), NO_MARKS);
  const known = new Map<string, Value>();
  const unknown: Value[] = [];
  for (const item of items.map(deepUnmark)) {
    if (isWhollyKnown(item)) known.set(orderingKey(item), known.get(orderingKey(item)) ?? item);
    else unknown.push(item);
  }
  const ordered = [...known.values()].sort(compareElements);
  return { type: setOf(element), content: [...ordered, ...unknown], marks };
}

/** Numbers by size, text by code point, false before true, null last, anything else by its written form. */
function compareElements(a: Value, b: Value): number {
  if (isNull(a) || isNull(b)) return Number(isNull(a)) - Number(isNull(b));
  if (typeof a.content === "string" && typeof b.content === "string") return compareStrings(a.content, b.content);
  if (a.type.kind === "number" && b.type.kind === "number") {
    return (a.content as Decimal).comparedTo(b.content as Decimal);
  }
  return compareStrings(orderingKey(a), orderingKey(b));
}

/** A text that is the same for equal values and different for different ones. */
export function orderingKey(value: Value): string {
  if (!isKnown(value)) return "?";
  return value.content === null ? "~" : contentKey(value.content);
}

function contentKey(content: Exclude<Content, null>): string {
  if (typeof content === "string") return JSON.stringify(content);
  if (typeof content === "boolean") return String(content);
  if (Array.isArray(content)) return `[${(content as readonly Value[]).map(orderingKey).join(";")}]`;
  if (content instanceof Map) {
    const entries = [...(content as ReadonlyMap<string, Value>)];
    const fields = entries.map(([key, value]) => `${JSON.stringify(key)}=${orderingKey(value)}`);
    return `{${fields.join(";")}}`;
  }
  return formatNumber(content as Decimal);
}
