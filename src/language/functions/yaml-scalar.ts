import { Scalar } from "yaml";
import { parseNumber } from "../number.ts";
import { boolValue, nullValue, numberValue, stringValue, type Value } from "../value.ts";
import { isBase64 } from "./encoding.ts";
import type { FunctionError } from "./definition.ts";

/** Makes the error about a node, with its place. */
export type Problem = (message: string) => FunctionError;

const YAML = "tag:yaml.org,2002:";

/**
 * What a scalar means to go-cty-yaml: words of YAML 1.1, numbers with `_`, and dates as texts in RFC 3339.
 * Source: the documentation of yaml.v2 and answers of Packer 1.16.
 */
export function scalarValue(node: Scalar<unknown>, fail: Problem, source: string): Value {
  const text = textOfScalar(node, source);
  const { tag } = node;
  const kind = tag?.startsWith(YAML) ? tag.slice(YAML.length) : tag;
  if (kind === undefined && node.type !== Scalar.PLAIN) return stringValue(text);
  if (kind === undefined) return plainValue(text, fail);
  const read = tagged[kind];
  if (read) return read(text, node.type === Scalar.PLAIN, fail);
  throw fail(`the tag ${tag} is not supported`);
}

/** A literal block at the very end of a text has no line break there when the text has none. */
function textOfScalar({ value, type, range }: Scalar<unknown>, source: string): string {
  const text = String(value ?? "");
  const isBlock = type === Scalar.BLOCK_LITERAL || type === Scalar.BLOCK_FOLDED;
  const isCut = isBlock && (range?.[1] ?? 0) >= source.length && !source.endsWith("\n");
  return isCut ? text.replace(/\n$/, "") : text;
}

type Reader = (text: string, isPlain: boolean, fail: Problem) => Value;

/** Of a quoted text, a tag changes nothing. */
const resolved =
  (kind: string): Reader =>
  (text, isPlain, fail) => {
    if (!isPlain) return stringValue(text);
    const value = hexadecimal(text) ?? plainValue(text, fail);
    if (value.type.kind === "string") throw fail(`"${text}" is no ${kind}`);
    return value;
  };

const tagged: Readonly<Record<string, Reader>> = {
  str: (text) => stringValue(text),
  null: (text, isPlain) => (isPlain ? nullValue() : stringValue(text)),
  bool: resolved("bool"),
  int: resolved("int"),
  float: resolved("float"),
  timestamp: (text, isPlain, fail) => {
    const moment = isPlain ? toRfc3339(text) : text;
    if (moment === undefined) throw fail(`"${text}" is no timestamp`);
    return stringValue(moment);
  },
  // The text stays encoded: a value of the language cannot hold bytes.
  binary: (text, _, fail) => {
    if (/\s/.test(text) || !isBase64(text)) throw fail("what is tagged as !!binary is not valid Base64");
    return stringValue(text);
  },
};

const words = new Map<string, Value>();
for (const word of ["", "~", "null", "Null", "NULL"]) words.set(word, nullValue());
for (const word of ["y", "yes", "true", "on"]) for (const form of formsOf(word)) words.set(form, boolValue(true));
for (const word of ["n", "no", "false", "off"]) for (const form of formsOf(word)) words.set(form, boolValue(false));

/** `yes`, `Yes` and `YES` */
function formsOf(word: string): readonly string[] {
  return [word, word[0]!.toUpperCase() + word.slice(1), word.toUpperCase()];
}

function plainValue(text: string, fail: Problem): Value {
  const word = words.get(text);
  if (word) return word;
  if (/^\.(nan|NaN|NAN)$/.test(text)) throw fail("a number that is none (.nan) is not supported");
  if (/^[+-]?\.(inf|Inf|INF)$/.test(text)) throw fail("an infinite number (.inf) is not supported");
  if (!/^[-+.\d]/.test(text)) return stringValue(text);
  return stringOrNumber(text, fail);
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function stringOrNumber(text: string, fail: Problem): Value {
  const date = toRfc3339(text);
  if (date !== undefined) return stringValue(date);
  const digits = text.startsWith(".") ? text : text.replaceAll("_", "");
  if (NUMBER.test(digits)) {
    const number = parseNumber(digits);
    if (number) return numberValue(number);
    throw fail(`the number ${text} is too large`);
  }
  const [, sign, bits] = /^(-?)0b(.*)$/.exec(digits) ?? [];
  if (bits === undefined) return stringValue(text);
  if (!/^[01]+$/.test(bits)) throw fail(`"${text}" is no binary number`);
  return numberValue(sign === "-" ? -BigInt(`0b${bits}`) : BigInt(`0b${bits}`));
}

/** Only with the tag `!!int`. */
function hexadecimal(text: string): Value | undefined {
  return /^0[xX][0-9a-fA-F]+$/.test(text) ? numberValue(BigInt(text)) : undefined;
}

const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const MOMENT = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt]([0-9:.,]+)(Z|[+-]\d{2}:\d{2})| +([0-9:.,]+))$/;
const CLOCK = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?$/;

/** Dates and times become texts in RFC 3339 in the offset they are in, in whole seconds; undefined where it is none. */
function toRfc3339(text: string): string | undefined {
  const [, year, month, day, time = "0:0:0", zone = "Z", plainTime = time] = MOMENT.exec(text) ?? DATE.exec(text) ?? [];
  const [, hour, minute, second] = CLOCK.exec(plainTime) ?? [];
  if (year === undefined || hour === undefined) return undefined;
  const parts = [month, day, hour, minute, second].map((part) => part!.padStart(2, "0"));
  const local = `${year}-${parts[0]}-${parts[1]}T${parts.slice(2).join(":")}`;
  const moment = new Date(`${local}Z`);
  const exists = !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(local);
  return exists ? local + zone : undefined;
}
