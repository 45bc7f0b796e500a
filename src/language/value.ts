import type { Decimal } from "decimal.js";

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
  | string
  | Decimal
  | boolean
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | null
  | typeof UNKNOWN;

/** Marks travel with a value through every operator, function and template. */
export type Mark = "sensitive";

export interface Value {
  readonly type: Type;
  readonly content: Content;
  /** Marks on this very value; elements carry their own. */
  readonly marks: ReadonlySet<Mark>;
}
