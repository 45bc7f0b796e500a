import { parseDuration } from "../../lib/duration.ts";
import type { FieldKind } from "./field.ts";

/**
 * HCL's conversions between primitive types, by kind of field. A value that cannot be converted comes back as it is, and
 * zod then reports it. `weak` adds what legacy JSON templates rely on: "a,b" for a list, "" for nothing.
 */
export function coerce(value: unknown, kind: FieldKind, weak: boolean): unknown {
  if (weak && value === "" && blankMeansUnset.has(kind)) return undefined;
  return coercions[kind]?.(value, weak) ?? value;
}

const blankMeansUnset: ReadonlySet<FieldKind> = new Set(["flag", "integer", "number", "duration", "list", "map"]);

const coercions: { readonly [Kind in FieldKind]?: (value: unknown, weak: boolean) => unknown } = {
  text: toText,
  late: toText,
  choice: toText,
  flag: (value, weak) =>
    typeof value === "string" || (weak && typeof value === "number") ? flags.get(String(value)) : undefined,
  integer: toNumber,
  number: toNumber,
  duration: (value) =>
    (typeof value === "string" ? parseDuration(value) : undefined) ?? (value === 0 ? 0 : asText(value)),
  list: (value, weak) => (weak && !Array.isArray(value) ? toList(value) : undefined),
  blocks: (value) => (isPlainObject(value) ? [value] : undefined),
  block: (value) => (Array.isArray(value) && value.length === 1 ? value[0] : undefined),
};

const flags: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "T", "true", "True", "TRUE"].map((name) => [name, true] as const),
  ...["0", "f", "F", "false", "False", "FALSE"].map((name) => [name, false] as const),
]);

function toText(value: unknown): unknown {
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function toNumber(value: unknown): unknown {
  return typeof value === "string" && /^[+-]?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : undefined;
}

function toList(value: unknown): unknown {
  return typeof value === "string" ? value.split(",").map((item) => item.trim()) : [value];
}

/** A number is not a duration (Go would take nanoseconds): made text, so that it is refused with the right words. */
function asText(value: unknown): unknown {
  return typeof value === "number" ? String(value) : undefined;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.getPrototypeOf(value) === Object.prototype
  );
}
