import type { Decimal } from "decimal.js";
import { isSensitive } from "../language/marks.ts";
import { numberToJs } from "../language/to-js.ts";
import { UNKNOWN, type Value } from "../language/value.ts";
import { UNKNOWN_ARGUMENT } from "../sdk/schema/decode-state.ts";
import type { ArgumentPath } from "./given-arguments.ts";

/** What is found out while values are converted. */
export interface PlainNotes {
  readonly sensitivePaths: ArgumentPath[];
  readonly secrets: string[];
}

/** A value as plain data for decoding; `UNKNOWN_ARGUMENT` where it is not known. */
export function plainValue(value: Value, path: ArgumentPath, notes: PlainNotes, secret = false): unknown {
  const sensitive = secret || isSensitive(value);
  if (sensitive && !secret) notes.sensitivePaths.push(path);
  const { content } = value;
  if (content === UNKNOWN) return UNKNOWN_ARGUMENT;
  if (content === null || typeof content === "boolean") return content;
  if (typeof content === "string") {
    if (sensitive) notes.secrets.push(content);
    return content;
  }
  if (Array.isArray(content)) {
    return (content as readonly Value[]).map((item, index) => plainValue(item, [...path, index], notes, sensitive));
  }
  if (content instanceof Map) {
    const entries = [...(content as ReadonlyMap<string, Value>)];
    return Object.fromEntries(entries.map(([key, item]) => [key, plainValue(item, [...path, key], notes, sensitive)]));
  }
  const number = numberToJs(content as Decimal);
  // A small number stands in every log.
  if (sensitive && Math.abs(Number(number)) >= 1000) notes.secrets.push(String(number));
  return number;
}
