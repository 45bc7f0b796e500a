import type { Decimal } from "decimal.js";
import { compareStrings } from "./compare-strings.ts";
import { numberFrom } from "./number.ts";

/**
 * Types and values with the semantics of cty (the type system under HCL).
 * Source: docs/concepts.md, docs/types.md and docs/convert.md of zclconf/go-cty (MIT; facts only).
 */
export type Type =
  | { readonly kind: "string" }
  | { readonly kind: "number" }
  | { readonly kind: "bool" }
  /** The type of a value whose type is not known yet; also the constraint `any`. */
  | { readonly kind: "dynamic" }
  | { readonly kind: "list"; readonly element: Type }
  | { readonly kind: "set"; readonly element: Type }
  | { readonly kind: "map"; readonly element: Type }
  | { readonly kind: "tuple"; readonly elements: readonly Type[] }
  | { readonly kind: "object"; readonly attributes: ReadonlyMap<string, ObjectAttribute> };

/** `optional` and `default` appear only in type constraints, never in the type of a value. */
export interface ObjectAttribute {
  readonly type: Type;
  readonly optional?: boolean | undefined;
  readonly default?: Value | undefined;
}

/** A value not known until later (data source not read yet, `build.Host` before the machine exists). */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** list, set and tuple hold an array (sets ordered and without duplicates); map and object hold a Map sorted by key. */
export type Content =
  string | Decimal | boolean | readonly Value[] | ReadonlyMap<string, Value> | null | typeof UNKNOWN;

/** Marks travel with a value through every operator, function and template. */
export type Mark = "sensitive";

export interface Value {
  readonly type: Type;
  readonly content: Content;
  /** Marks on this very value; elements carry their own. */
  readonly marks: ReadonlySet<Mark>;
}

export const STRING: Type = { kind: "string" };
export const NUMBER: Type = { kind: "number" };
export const BOOL: Type = { kind: "bool" };
export const DYNAMIC: Type = { kind: "dynamic" };
export const NO_MARKS: ReadonlySet<Mark> = new Set<Mark>();

export const listOf = (element: Type): Type => ({ kind: "list", element });
export const setOf = (element: Type): Type => ({ kind: "set", element });
export const mapOf = (element: Type): Type => ({ kind: "map", element });
export const tupleOf = (elements: readonly Type[]): Type => ({ kind: "tuple", elements });

/** An object type from plain attribute types. */
export function objectOf(attributes: Readonly<Record<string, Type>>): Type {
  const entries = Object.entries(attributes).sort(([a], [b]) => compareStrings(a, b));
  return { kind: "object", attributes: new Map(entries.map(([name, type]) => [name, { type }])) };
}

const make = (type: Type, content: Content): Value => ({ type, content, marks: NO_MARKS });

/** Text, in Unicode normalisation form C as HCL compares and stores it. */
export const stringValue = (text: string): Value => make(STRING, text.normalize("NFC"));
/** A number from a JS number, its decimal text, or a Decimal. */
export const numberValue = (number: number | string | bigint | Decimal): Value => make(NUMBER, numberFrom(number));
const TRUE: Value = make(BOOL, true);
const FALSE: Value = make(BOOL, false);
export const boolValue = (value: boolean): Value => (value ? TRUE : FALSE);
export const nullValue = (type: Type = DYNAMIC): Value => make(type, null);
export const unknownValue = (type: Type = DYNAMIC): Value => make(type, UNKNOWN);

/** A list of values that all have the type `element` already. */
export const listValue = (element: Type, items: readonly Value[]): Value => make(listOf(element), items);
/** A map of values that all have the type `element` already. */
export const mapValue = (element: Type, entries: Iterable<readonly [string, Value]>): Value =>
  make(mapOf(element), sortedMap(entries));
export const tupleValue = (items: readonly Value[]): Value => make(tupleOf(items.map((item) => item.type)), items);

export function objectValue(entries: Readonly<Record<string, Value>> | Iterable<readonly [string, Value]>): Value {
  const pairs = Symbol.iterator in entries ? entries : Object.entries(entries);
  const content = sortedMap(pairs);
  return make(objectTypeOf(content), content);
}

/** The type of an object with these attributes. */
export function objectTypeOf(content: ReadonlyMap<string, Value>): Type {
  const attributes = new Map<string, ObjectAttribute>();
  for (const [name, value] of content) attributes.set(name, { type: value.type });
  return { kind: "object", attributes };
}

function sortedMap(entries: Iterable<readonly [string, Value]>): ReadonlyMap<string, Value> {
  const map = new Map<string, Value>();
  for (const [key, value] of entries) map.set(key.normalize("NFC"), value);
  return new Map([...map].sort(([a], [b]) => compareStrings(a, b)));
}

export const isNull = (value: Value): boolean => value.content === null;
/** Whether this very value is known; its elements may still be unknown. */
export const isKnown = (value: Value): boolean => value.content !== UNKNOWN;

/** Whether nothing in the value, at any depth, is unknown. */
export function isWhollyKnown(value: Value): boolean {
  return isKnown(value) && childrenOf(value).every(isWhollyKnown);
}

const NO_CHILDREN: readonly Value[] = [];

/** Elements or attribute values, in order; none for primitives, null and unknown. */
export function childrenOf(value: Value): readonly Value[] {
  const { content } = value;
  if (Array.isArray(content)) return content as readonly Value[];
  if (!(content instanceof Map)) return NO_CHILDREN;
  return [...(content as ReadonlyMap<string, Value>).values()];
}

/** The content of a known string. Calling it on anything else is a bug. */
export const textOf = (value: Value): string => value.content as string;
export const decimalOf = (value: Value): Decimal => value.content as Decimal;
export const truthOf = (value: Value): boolean => value.content as boolean;
export const itemsOf = (value: Value): readonly Value[] => value.content as readonly Value[];
export const entriesOf = (value: Value): ReadonlyMap<string, Value> => value.content as ReadonlyMap<string, Value>;
