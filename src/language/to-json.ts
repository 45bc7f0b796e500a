import type { Decimal } from "decimal.js";
import { formatNumber } from "./number.ts";
import type { Value } from "./value.ts";

/**
 * JSON text as `jsonencode` writes it: compact, keys in order, all digits of numbers, and `<`, `>`, `&` and the line
 * separators escaped as Go's encoder does. The value must be wholly known.
 */
export function valueToJson(value: Value): string {
  const { content } = value;
  if (content === null || typeof content === "boolean") return String(content);
  if (typeof content === "string") return quoteJson(content);
  if (Array.isArray(content)) return `[${(content as readonly Value[]).map(valueToJson).join(",")}]`;
  if (content instanceof Map) {
    const members = [...(content as ReadonlyMap<string, Value>)].map(
      ([key, item]) => `${quoteJson(key)}:${valueToJson(item)}`,
    );
    return `{${members.join(",")}}`;
  }
  return formatNumber(content as Decimal);
}

const quoteJson = (text: string): string =>
  JSON.stringify(text.replace(/\p{Surrogate}/gu, "\ufffd")).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
