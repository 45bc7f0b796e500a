import { ownEntry } from "../lib/own-entry.ts";
import { shortened } from "../lib/words.ts";
import { converted, failed, type Conversion } from "./conversion.ts";
import { isSensitive } from "./marks.ts";
import { formatNumber, parseNumber } from "./number.ts";
import { describeType } from "./type.ts";
import { boolValue, decimalOf, numberValue, stringValue, textOf, truthOf, type Type, type Value } from "./value.ts";

/** Conversion of a known, non-null value to `string`, `number` or `bool`. Source: go-cty docs/convert.md. */
export function convertPrimitive(value: Value, type: Type): Conversion {
  const rule = rules[`${value.type.kind} to ${type.kind}`];
  return rule?.(value) ?? failed(mismatch(value.type, type));
}

const rules: Readonly<Record<string, (value: Value) => Conversion>> = {
  "number to string": (value) => converted(stringValue(formatNumber(decimalOf(value)))),
  "bool to string": (value) => converted(stringValue(String(truthOf(value)))),
  "string to number": textToNumber,
  "string to bool": textToBool,
};

export const mismatch = (from: Type, to: Type): string => `${withArticle(to)} is required, not ${withArticle(from)}`;

export function withArticle(type: Type): string {
  const words = describeType(type);
  if (type.kind === "dynamic") return words;
  return /^[aeio]/.test(words) ? `an ${words}` : `a ${words}`;
}

function textToNumber(value: Value): Conversion {
  const number = parseNumber(textOf(value));
  if (number) return converted(numberValue(number));
  return failed(`a number is required, and ${quoteText(value)} is not one`);
}

/** Words that HCL refuses, although shells and YAML have taught people to write them. */
const nearMisses: Readonly<Record<string, string>> = {
  true: "true",
  yes: "true",
  on: "true",
  false: "false",
  no: "false",
  off: "false",
};

function textToBool(value: Value): Conversion {
  const text = textOf(value);
  if (text === "true" || text === "1") return converted(boolValue(true));
  if (text === "false" || text === "0") return converted(boolValue(false));
  const meant = ownEntry(nearMisses, text.toLowerCase());
  const hint = meant && !isSensitive(value) ? `; write ${meant}` : "";
  return failed(`a bool is required, and ${quoteText(value)} is not one${hint}`);
}

const LONGEST_QUOTE = 40;

function quoteText(value: Value): string {
  if (isSensitive(value)) return "the sensitive value";
  const text = textOf(value);
  if (text === "") return "an empty text";
  return JSON.stringify(shortened(text, LONGEST_QUOTE));
}
