import type * as z from "zod";
import type { LateNames } from "../late-template.ts";
import { fieldMeta } from "./field.ts";
import type { Schema } from "./schema.ts";

/** The few fields of a schema with which decoding has more to do. */
export interface SpecialFields {
  /** Blocks with a schema of their own, by name. */
  readonly nested: readonly (readonly [name: string, schema: Schema<unknown>])[];
  readonly lateDefaults: readonly LateDefault[];
}

interface LateDefault {
  readonly name: string;
  readonly text: string;
  readonly names: LateNames;
}

export function specialFields({ object }: Schema<unknown>): SpecialFields {
  const found = known.get(object) ?? find(object);
  known.set(object, found);
  return found;
}

/** A schema never changes, and of a hundred sources each would look through a hundred fields. */
const known = new WeakMap<z.ZodObject, SpecialFields>();

function find({ shape }: z.ZodObject): SpecialFields {
  const fields = Object.entries(shape).map(([name, field]) => ({ name, ...fieldMeta(field as z.ZodType) }));
  return {
    nested: fields.flatMap(({ name, nested }) => (nested ? [[name, nested] as const] : [])),
    lateDefaults: fields.flatMap(({ name, lateDefault: text, lateNames: names = [] }) =>
      text === undefined ? [] : [{ name, text, names }],
    ),
  };
}
