import type { Decimal } from "decimal.js";
import { counted, shortened } from "../lib/words.ts";
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
    const text = enclosed("[", lines, `${indent}]`);
    // `tuple` and `list` both read as `[…]`; only a set behaves differently enough to need showing.
    return type.kind === "set" ? `toset(${text})` : text;
  }
  if (content instanceof Map) {
    const entries = [...(content as ReadonlyMap<string, Value>)];
    const lines = entries.map(([key, item]) => `${inner}${quote(key)} = ${formatValue(item, inner)}\n`);
    return enclosed("{", lines, `${indent}}`);
  }
  return formatNumber(content as Decimal);
}

function enclosed(open: string, lines: readonly string[], close: string): string {
  if (lines.length === 0) return open + close.trim();
  return `${open}\n${lines.join("")}${close}`;
}

/** A string literal that reads back as the same text. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/[$%](?=\{)/g, "$&$&");
}

/** The value in one line of bounded length, for messages: `is "us-east-1"`, `is a list of 3 elements`. */
export function summarizeValue(value: Value): string {
  if (isSensitive(value)) return "is a sensitive value";
  const { content, type } = value;
  if (content === UNKNOWN && type.kind === "dynamic") return "is not known yet";
  if (content === UNKNOWN) return `is a ${formatType(type)} not known yet`;
  if (content === null) return "is null";
  if (Array.isArray(content)) return `is a ${type.kind} of ${counted(content.length, "element")}`;
  if (content instanceof Map && type.kind === "map") return `is a map with ${counted(content.size, "element")}`;
  if (content instanceof Map) return `is an object with ${counted(content.size, "attribute")}`;
  const text = formatValue(value);
  if (text.length <= LONGEST_SUMMARY) return `is ${text}`;
  return `is ${shortened(text, LONGEST_SUMMARY)} (${text.length} characters)`;
}

const LONGEST_SUMMARY = 60;
