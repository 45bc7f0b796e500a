import type * as z from "zod";
import type { Path } from "./decode-state.ts";
import { fieldMeta } from "./field.ts";
import type { Fix, Schema } from "./schema.ts";

export interface WrongValue {
  readonly path: Path;
  readonly value: unknown;
  readonly field: z.ZodType | undefined;
  readonly schema: Schema<unknown>;
}

export interface ValueAdvice {
  /** A sentence, with the space before it. */
  readonly hint: string;
  readonly fix?: Fix | undefined;
  /** What should have been there, where there is more to say than its type. */
  readonly required?: string | undefined;
  /** Where the mistake is, where that is further out. */
  readonly path?: Path | undefined;
}

/** What to write instead, for the mistakes of every day. */
export function adviceOn(wrong: WrongValue): ValueAdvice | undefined {
  const { value, field, schema, path } = wrong;
  if (!field) return undefined;
  const { fieldKind, description } = fieldMeta(field);
  if (fieldKind === "text" && Array.isArray(value)) return pluralOf(path, schema);
  if (fieldKind === "list" && typeof value === "string")
    return typeof path.at(-1) === "number" ? rows(path) : lone(value);
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  if (fieldKind === "list" && isMap && path.at(-1) === "environment_vars") return pairs(value, schema);
  if (fieldKind === "duration") return durationFor(value);
  if (fieldKind === "flag" && typeof value === "string") return flagFor(value);
  if (fieldKind === "text" && typeof path.at(-1) === "number" && path.at(-2) === "environment_vars" && isMap)
    return { ...pairs(value, schema), path: path.slice(0, -1), required: "a list of texts is required" };
  if (fieldKind === "integer" && typeof value === "string" && /\bMiB\b/.test(description)) return mebibytes(value);
  return undefined;
}

/** `script = ["a", "b"]`, where there is `scripts`. */
function pluralOf(path: Path, { object }: Schema<unknown>): ValueAdvice | undefined {
  const plural = `${String(path.at(-1))}s`;
  const field = object.shape[plural];
  if (path.length !== 1 || !field || fieldMeta(field as never).fieldKind !== "list") return undefined;
  return { hint: ` A list is written ${plural} = […].`, fix: { kind: "replace", part: "name", text: plural } };
}

const IN_BRACKETS: Fix = { kind: "wrap", before: "[", after: "]" };

function lone(value: string): ValueAdvice {
  if (/^\s*\d+(\s*,\s*\d+)*\s*$/.test(value))
    return replaced(` Write a list of them: [${value.trim()}].`, `[${value.trim()}]`);
  return { hint: ` Put it in brackets: [${shortened(value)}].`, fix: IN_BRACKETS };
}

/** `vboxmanage = ["modifyvm", "x"]`: one row where a list of rows is wanted. */
function rows(path: Path): ValueAdvice {
  return {
    path: path.slice(0, -1),
    required: "a list of lists is required",
    hint: " Put the row in brackets of its own: [[…]].",
    fix: IN_BRACKETS,
  };
}

function pairs(value: object, { object }: Schema<unknown>): ValueAdvice {
  const [name = "NAME"] = Object.keys(value);
  const other = Object.hasOwn(object.shape, "env") ? ' or use "env", which takes a map' : "";
  return { hint: ` Write texts, ["${name}=value"],${other}.`.replace(",.", ".") };
}

/** A number without a unit, or a blank before it. */
function durationFor(value: unknown): ValueAdvice | undefined {
  const text = String(value).trim();
  if (/^\d+(\.\d+)?$/.test(text)) return replaced(` For seconds, write "${text}s".`, `"${text}s"`);
  const [, digits, unit = ""] = /^(\d+)\s*(s|sec|secs|seconds?|m|min|mins|minutes?|h|hours?)$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const short = `"${digits}${unit[0]!.toLowerCase()}"`;
  return replaced(` Write ${short}.`, short);
}

function flagFor(value: string): ValueAdvice | undefined {
  const meant = BOOLEANS[value.trim().toLowerCase()];
  return meant === undefined ? undefined : replaced(` Write ${meant}.`, meant);
}

const BOOLEANS: Readonly<Record<string, string | undefined>> = {
  yes: "true",
  on: "true",
  enabled: "true",
  no: "false",
  off: "false",
  disabled: "false",
};

const replaced = (hint: string, text: string): ValueAdvice => ({
  hint,
  fix: { kind: "replace", part: "value", text },
});

const UNITS: Readonly<Record<string, number>> = { M: 1, G: 1024, T: 1024 * 1024 };

function mebibytes(value: string): ValueAdvice | undefined {
  const [, digits, unit] = /^\s*(\d+)\s*([MGT])(?:i?B)?\s*$/i.exec(value) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const count = String(Number(digits) * UNITS[unit.toUpperCase()]!);
  return { hint: ` MiB are meant: write ${count}.`, fix: { kind: "replace", part: "value", text: count } };
}

function shortened(value: string): string {
  return value.length > 40 ? `"${value.slice(0, 37)}…"` : JSON.stringify(value);
}
