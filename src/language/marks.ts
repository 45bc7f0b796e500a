import { childrenOf, NO_MARKS, type Mark, type Value } from "./value.ts";
import { mapChildren } from "./map-children.ts";

/**
 * Marks of a value: which secrets it depends on. One rule everywhere: a result carries the marks of everything it was
 * made from.
 */
export const SENSITIVE: ReadonlySet<Mark> = new Set<Mark>(["sensitive"]);

export function union(a: ReadonlySet<Mark>, b: ReadonlySet<Mark>): ReadonlySet<Mark> {
  if (b.size === 0 || a === b) return a;
  if (a.size === 0) return b;
  return new Set([...a, ...b]);
}

/** The value with these marks added. */
export function withMarks(value: Value, marks: ReadonlySet<Mark>): Value {
  const all = union(value.marks, marks);
  return all === value.marks ? value : { ...value, marks: all };
}

export const mark = (value: Value, mark: Mark = "sensitive"): Value => withMarks(value, new Set([mark]));

/** The value without its own marks; elements keep theirs. */
export const unmark = (value: Value): Value => (value.marks.size === 0 ? value : { ...value, marks: NO_MARKS });

/** The marks of the value and of everything in it. */
export function deepMarks(value: Value): ReadonlySet<Mark> {
  return childrenOf(value).reduce((marks, child) => union(marks, deepMarks(child)), value.marks);
}

/** The value without any mark at any depth. */
export function deepUnmark(value: Value): Value {
  return mapChildren(unmark(value), deepUnmark);
}

export const isSensitive = (value: Value): boolean => value.marks.has("sensitive");
/** Whether the value or anything in it is sensitive. */
export const containsSensitive = (value: Value): boolean => deepMarks(value).has("sensitive");
