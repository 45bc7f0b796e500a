import { parseDuration } from "../../lib/duration.ts";
import type { FieldKind } from "./field.ts";

/**
 * HCL's conversions between primitive types, by kind of field. A value that cannot be converted comes back as it is, and
 * zod then reports it. `weak` adds what legacy JSON templates rely on: "a,b" for a list, "" for nothing.
 */
export function coerce(value: unknown, kind: FieldKind, weak: boolean): unknown {
  if (weak && value === "" && blankMeansUnset.has(kind)) return undefined;
  return coercions[kind](value, weak);
}

const blankMeansUnset: ReadonlySet<FieldKind> = new Set(["flag", "integer", "number", "duration", "list", "map"]);

const coercions: { readonly [Kind in FieldKind]: (value: unknown, weak: boolean) => unknown } = {
  text: toText,
  late: toText,
  choice: toText,
  flag: toFlag,
  integer: toNumber,
  number: toNumber,
  duration: toMilliseconds,
  list: toList,
  map: toMap,
  block: toBlock,
  blocks: toBlocks,
  any: unchanged,
};

const flags: ReadonlyMap<unknown, boolean> = new Map([
  ...["1", "t", "T", "true", "True", "TRUE"].map((name) => [name, true] as const),
  ...["0", "f", "F", "false", "False", "FALSE"].map((name) => [name, false] as const),
]);

function toText(value: unknown): unknown {
  const isPrimitive = typeof value === "number" || typeof value === "boolean";
  return isPrimitive ? String(value) : value;
}

function toFlag(value: unknown, weak: boolean): unknown {
  const name = weak && typeof value === "number" ? String(value) : value;
  return flags.get(name) ?? value;
}

function toNumber(value: unknown, weak: boolean): unknown {
  if (weak && typeof value === "boolean") return Number(value);
  const isNumeral = typeof value === "string" && /^[+-]?\d+(\.\d+)?$/.test(value.trim());
  return isNumeral ? Number(value) : value;
}

/** A number is not a duration (Go would take nanoseconds): made text, so that it is refused with the right words. */
function toMilliseconds(value: unknown): unknown {
  if (typeof value === "string") return parseDuration(value) ?? value;
  return typeof value === "number" && value !== 0 ? String(value) : value;
}

function toList(value: unknown, weak: boolean): unknown {
  if (!weak || Array.isArray(value)) return value;
  if (isPlainObject(value) && Object.keys(value).length === 0) return [];
  if (typeof value !== "string") return [value];
  return value.split(",").map((item) => item.trim());
}

/** A list of maps is one map with the entries of all. */
function toMap(value: unknown, weak: boolean): unknown {
  if (!weak || !Array.isArray(value) || !value.every(isPlainObject)) return value;
  return Object.fromEntries(value.flatMap((one) => Object.entries(one)));
}

function toBlock(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
}

function toBlocks(value: unknown, weak: boolean): unknown {
  if (weak && isPlainObject(value) && Object.keys(value).length === 0) return [];
  return isPlainObject(value) ? [value] : value;
}

/** What stands for a null in a list or map of a legacy template. */
export function weakNull(kind: FieldKind): unknown {
  return nothing[kind];
}

const nothing: Readonly<Record<FieldKind, unknown>> = {
  text: "",
  late: "",
  choice: "",
  flag: false,
  integer: 0,
  number: 0,
  duration: 0,
  list: [],
  map: {},
  block: undefined,
  blocks: undefined,
  any: undefined,
};

function unchanged(value: unknown): unknown {
  return value;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.getPrototypeOf(value) === Object.prototype
  );
}
