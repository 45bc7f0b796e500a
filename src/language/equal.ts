import type { Decimal } from "decimal.js";
import { typesEqual } from "./type.ts";
import { entriesOf, isKnown, itemsOf, UNKNOWN, type Value } from "./value.ts";

/**
 * The `==` of the language: true or false, or undefined when it depends on something unknown.
 * Values of different types are different; two nulls are equal. Marks play no part.
 */
export function valuesEqual(a: Value, b: Value): boolean | undefined {
  if (!isKnown(a) || !isKnown(b)) return undefined;
  if (a.content === null || b.content === null) return a.content === b.content;
  if (typeof a.content === "string" || typeof a.content === "boolean") return a.content === b.content;
  if (Array.isArray(a.content)) return a.type.kind === b.type.kind && typesMayMatch(a, b) && itemsEqual(a, b);
  if (a.content instanceof Map) return a.type.kind === b.type.kind && typesMayMatch(a, b) && entriesEqual(a, b);
  return a.type.kind === b.type.kind && (a.content as Decimal).equals(b.content as Decimal);
}

/** Structures compare element by element; only collections of different element types differ from the start. */
function typesMayMatch(a: Value, b: Value): boolean {
  if (!("element" in a.type && "element" in b.type)) return true;
  return typesEqual(a.type, b.type) || a.type.element.kind === "dynamic" || b.type.element.kind === "dynamic";
}

function itemsEqual(a: Value, b: Value): boolean | undefined {
  const left = itemsOf(a);
  const right = itemsOf(b);
  if (left.length !== right.length) {
    const mayCollapse = a.type.kind === "set" && [...left, ...right].some((item) => item.content === UNKNOWN);
    return mayCollapse ? undefined : false;
  }
  return every(left.map((item, index) => [item, right[index]!]));
}

function entriesEqual(a: Value, b: Value): boolean | undefined {
  const left = entriesOf(a);
  const right = entriesOf(b);
  if (left.size !== right.size) return false;
  const pairs: (readonly [Value, Value])[] = [];
  for (const [key, value] of left) {
    const other = right.get(key);
    if (!other) return false;
    pairs.push([value, other]);
  }
  return every(pairs);
}

function every(pairs: readonly (readonly [Value, Value])[]): boolean | undefined {
  let result: boolean | undefined = true;
  for (const [left, right] of pairs) {
    const equal = valuesEqual(left, right);
    if (equal === false) return false;
    result &&= equal;
  }
  return result;
}
