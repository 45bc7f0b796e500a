import type { Decimal } from "decimal.js";
import { formatNumber } from "./number.ts";
import { isSensitive } from "./marks.ts";
import { formatType } from "./type.ts";
import { UNKNOWN, type Value } from "./value.ts";

/** How a secret is written wherever values are shown. */
const SENSITIVE_TEXT = "<sensitive>";
const UNKNOWN_TEXT = "<unknown>";

/**
 * A value as HCL text over several lines, for `console` and `inspect`: `["a", "b"]` one element per line, typed
 * collections as `toset([…])`. Sensitive values are masked, unknown ones say so.
 */
export function formatValue(value: Value, indent = ""): string {
  if (isSensitive(value)) return SENSITIVE_TEXT;
  const { content, type } = value;
  if (content === UNKNOWN) return UNKNOWN_TEXT;
  if (content === null) return "null";
  if (typeof content === "string") return quote(content);
  if (typeof content === "boolean") return String(content);
  const inner = `${indent}  `;
  if (Array.isArray(content)) {
    const lines = (content as readonly Value[]).map((item) => `${inner}${formatValue(item, inner)},\n`);
    return wrap(type.kind, lines.length === 0 ? "[]" : `[\n${lines.join("")}${indent}]`);
  }
  if (content instanceof Map) {
    const entries = [...(content as ReadonlyMap<string, Value>)];
    const lines = entries.map(([key, item]) => `${inner}${quote(key)} = ${formatValue(item, inner)}\n`);
    return lines.length === 0 ? "{}" : `{\n${lines.join("")}${indent}}`;
  }
  return formatNumber(content as Decimal);
}

/** `tuple` and `list` both read as `[…]`; only a set behaves so differently that it must show. */
const wrap = (kind: string, text: string): string => (kind === "set" ? `toset(${text})` : text);

/** A string literal that reads back as the same text. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/[$%](?=\{)/g, "$&$&");
}

/** The value in one line of bounded length, for messages: `is "us-east-1"`, `is a list of 3 elements`. */
export function summarizeValue(value: Value): string {
  if (isSensitive(value)) return "is a sensitive value";
  const { content, type } = value;
  if (content === UNKNOWN)
    return type.kind === "dynamic" ? "is not known yet" : `is a ${formatType(type)} not known yet`;
  if (content === null) return "is null";
  if (Array.isArray(content)) return `is a ${type.kind} of ${count(content.length, "element")}`;
  if (content instanceof Map) {
    const noun = type.kind === "map" ? "element" : "attribute";
    return `is ${type.kind === "map" ? "a map" : "an object"} with ${count(content.size, noun)}`;
  }
  const text = formatValue(value);
  return `is ${text.length > LONGEST_SUMMARY ? `${text.slice(0, LONGEST_SUMMARY)}… (${text.length} characters)` : text}`;
}

const LONGEST_SUMMARY = 60;
const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
