import * as z from "zod";
import type { Schema } from "./schema.ts";
import { LateTemplate, type LateNames } from "../late-template.ts";
import { innerType } from "./zod-type.ts";

// A schema reads a few blocks in the life of a process: compiling a parser for it takes longer than all of them.
z.config({ jitless: true });

/**
 * The vocabulary in which components declare their options. Each function makes a zod type whose `.meta()` says what it
 * is for; `.optional()`, `.default(x)`, `.min(n)` and the rest of zod work as always. The same declaration decodes a
 * template, prints `imgbuild docs`, and becomes JSON Schema.
 */
export type FieldKind =
  "text" | "late" | "flag" | "integer" | "number" | "duration" | "choice" | "list" | "map" | "block" | "blocks" | "any";

/** What `.meta()` holds on every field. */
export interface FieldMeta {
  readonly fieldKind: FieldKind;
  /** Full sentences, Markdown. */
  readonly description: string;
  /** The value is masked wherever it would be shown. */
  readonly sensitive?: boolean;
  /** What to use instead. Using the option gives a warning. */
  readonly replacement?: string;
  /** The default, where it is computed rather than declared: for the docs only. */
  readonly defaultText?: string;
  /** Of a late field: the values its templates may use. */
  readonly lateNames?: LateNames;
  /** Template text of a late field that is not given. */
  readonly lateDefault?: string;
  /** What to write, for somebody who left a required argument out: a sentence. */
  readonly hint?: string;
  /** An empty text means something here; elsewhere it is the same as not giving the argument. */
  readonly keepsEmpty?: boolean;
  /** `0`, as text, is the same as not giving the argument. */
  readonly zeroIsUnset?: boolean;
  /** The schema of a nested block. */
  readonly nested?: Schema<unknown>;
}

function meta<Type extends z.ZodType>(type: Type, fieldKind: FieldKind, description: string): Type {
  return type.meta({ fieldKind, description } satisfies FieldMeta);
}

export const text = (description: string) => meta(z.string(), "text", description);
export const flag = (description: string) => meta(z.boolean(), "flag", description);
export const integer = (description: string) => meta(z.int(), "integer", description);
export const number = (description: string) => meta(z.number(), "number", description);
/** Written as Go writes durations (`1h30m`, `500ms`); decoded to milliseconds. A bare number means nanoseconds there and is refused here. */
export const duration = (description: string) => meta(z.number(), "duration", description);
export const choice = <const Names extends readonly [string, ...string[]]>(names: Names, description: string) =>
  meta(z.enum(names), "choice", description);
export const list = <Item extends z.ZodType>(item: Item, description: string) =>
  meta(z.array(item), "list", description);
export const map = <Item extends z.ZodType>(item: Item, description: string) =>
  meta(z.record(z.string(), item), "map", description);
/** Any JSON-like value, passed through. */
export const any = (description: string) => meta(z.unknown(), "any", description);

/**
 * Text in the `{{ }}` template language, rendered only when the run knows its values (`boot_command`, `vboxmanage`, …).
 * `names` are those values: other names are errors at once, and whoever renders the text has to give them all. `Tags.*` is
 * a map whose keys are not known beforehand; `any` is for what only the run knows (the values of a builder's own).
 */
export const late = <const Names extends LateNames>(names: Names, description: string) =>
  amend(
    meta(
      z.custom<LateTemplate<Names extends readonly string[] ? Names[number] : string>>(
        (value) => value instanceof LateTemplate,
      ),
      "late",
      description,
    ),
    { lateNames: names },
  );

/** As `late`, with the template text to use where the argument is not given. */
export const lateWithDefault = <const Names extends LateNames>(
  names: Names,
  lateDefault: string,
  description: string,
) => amend(late(names, description), { lateDefault });

/** A nested block (or an object), at most once. */
export const block = <Config>(schema: Schema<Config>, description: string) =>
  amend(meta(nestedType(schema), "block", description), { nested: schema });
/** A nested block (or a list of objects), any number of times. */
export const blocks = <Config>(schema: Schema<Config>, description: string) =>
  amend(meta(z.array(nestedType(schema)), "blocks", description), { nested: schema });

function nestedType<Config>(schema: Schema<Config>): z.ZodType<Config> {
  return schema.object as unknown as z.ZodType<Config>;
}

export function sensitive<Type extends z.ZodType>(field: Type): Type {
  return amend(field, { sensitive: true });
}
/** `replacement` completes the sentence "X is deprecated; …", e.g. `use host_port_min`. */
export function deprecated<Type extends z.ZodType>(field: Type, replacement: string): Type {
  return amend(field, { deprecated: true, replacement });
}
/** `hint` is a sentence. */
export function hinted<Type extends z.ZodType>(field: Type, hint: string): Type {
  return amend(field, { hint });
}
export function keepsEmpty<Type extends z.ZodType>(field: Type): Type {
  return amend(field, { keepsEmpty: true });
}
export function zeroIsUnset<Type extends z.ZodType>(field: Type): Type {
  return amend(field, { zeroIsUnset: true });
}
export function defaultText<Type extends z.ZodType>(field: Type, defaultText: string): Type {
  return amend(field, { defaultText });
}

function amend<Type extends z.ZodType>(
  field: Type,
  extra: Partial<FieldMeta> & { readonly deprecated?: boolean },
): Type {
  return field.meta({ ...fieldMeta(field), ...extra });
}

/** The meta of a field, looked for through `.optional()`, `.default()` and the like. */
export function fieldMeta(field: z.ZodType): FieldMeta {
  const known = metas.get(field);
  if (known) return known;
  const meta = readMeta(field);
  metas.set(field, meta);
  return meta;
}

/** A field never changes, and zod takes its time to look: of a thousand sources that was a fifth of their loading. */
const metas = new WeakMap<z.ZodType, FieldMeta>();

function readMeta(field: z.ZodType): FieldMeta {
  let merged: Record<string, unknown> = {};
  for (let type: z.ZodType | undefined = field; type; type = innerType(type)) merged = { ...type.meta(), ...merged };
  return { fieldKind: "any", description: "", ...merged };
}
