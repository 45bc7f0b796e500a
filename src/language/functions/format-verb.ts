import type { Decimal } from "decimal.js";
import { convert } from "../convert.ts";
import { quote } from "../format-value.ts";
import { graphemes } from "../grapheme.ts";
import { valueToJson } from "../to-json.ts";
import { BOOL, decimalOf, isNull, NUMBER, STRING, textOf, truthOf, type Type, type Value } from "../value.ts";
import { FunctionError } from "./definition.ts";

/** One `%…` of a format text. Source: documentation of `format` of go-cty's stdlib (MIT; facts only). */
export interface Verb {
  readonly letter: string;
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  /** As written, for messages. */
  readonly text: string;
}

type Formatter = (value: Value, verb: Verb) => string;

/** The text of a value as the verb asks for it. @throws FunctionError when the value or the verb is not suitable. */
export function formatVerb(value: Value, verb: Verb): string {
  const formatter = formatters.get(verb.letter);
  if (!formatter)
    throw new FunctionError(`there is no verb %${verb.letter} (in "${verb.text}"). Use one of ${known}.`, 0);
  return pad(formatter(value, verb), verb);
}

const formatters = new Map<string, Formatter>(
  Object.entries({
    v: formatDefault,
    t: (value, verb) => String(truthOf(need(value, BOOL, verb))),
    b: (value, verb) => integer(value, verb, 2),
    d: (value, verb) => integer(value, verb, 10),
    o: (value, verb) => integer(value, verb, 8),
    x: (value, verb) => integer(value, verb, 16),
    X: (value, verb) => integer(value, verb, 16).toUpperCase(),
    e: (value, verb) => signed(number(value, verb), verb, (n) => exponential(n.toExponential(verb.precision ?? 6))),
    E: (value, verb) =>
      signed(number(value, verb), verb, (n) => exponential(n.toExponential(verb.precision ?? 6)).toUpperCase()),
    f: (value, verb) => signed(number(value, verb), verb, (n) => n.toFixed(verb.precision ?? 6)),
    g: (value, verb) => signed(number(value, verb), verb, (n) => general(n, verb.precision)),
    G: (value, verb) => signed(number(value, verb), verb, (n) => general(n, verb.precision).toUpperCase()),
    s: (value, verb) => cut(textOf(need(value, STRING, verb)), verb.precision),
    q: (value, verb) => quote(cut(textOf(need(value, STRING, verb)), verb.precision)),
  }),
);
const known = [...formatters.keys()].map((letter) => `%${letter}`).join(" ");

function need(value: Value, type: Type, verb: Verb): Value {
  if (isNull(value)) throw new FunctionError(`"${verb.text}" needs a ${type.kind}, not null.`);
  const { value: converted } = convert(value, type);
  if (!converted) throw new FunctionError(`"${verb.text}" needs a ${type.kind}.`);
  return converted;
}

const number = (value: Value, verb: Verb): Decimal => decimalOf(need(value, NUMBER, verb));

function integer(value: Value, verb: Verb, base: 2 | 8 | 10 | 16): string {
  const decimal = number(value, verb);
  if (!decimal.isInteger()) throw new FunctionError(`"${verb.text}" needs a whole number.`);
  return signed(decimal, verb, (n) => BigInt(n.toFixed()).toString(base));
}

function signed(decimal: Decimal, verb: Verb, format: (absolute: Decimal) => string): string {
  return signOf(decimal, verb) + format(decimal.abs());
}

function signOf(decimal: Decimal, { flags }: Verb): string {
  if (decimal.isNegative() && !decimal.isZero()) return "-";
  if (flags.includes("+")) return "+";
  return flags.includes(" ") ? " " : "";
}

/** Go writes at least two digits of exponent. */
const exponential = (text: string): string => text.replace(/e([+-])(\d)$/, "e$10$2");

/** The shortest text: with an exponent when it is below -4 or at least the precision (21 digits when none is given). */
function general(decimal: Decimal, precision: number | undefined): string {
  const rounded = roundedTo(decimal, precision);
  const exponent = rounded.isZero() ? 0 : rounded.e;
  if (exponent < -4 || exponent >= (precision ?? 21)) return exponential(rounded.toExponential());
  return rounded.toFixed();
}

function roundedTo(decimal: Decimal, precision: number | undefined): Decimal {
  if (precision === undefined) return decimal;
  return decimal.toSignificantDigits(Math.max(precision, 1));
}

function cut(text: string, length: number | undefined): string {
  if (length === undefined) return text;
  return graphemes(text).slice(0, length).join("");
}

function formatDefault(value: Value, { flags }: Verb): string {
  if (flags.includes("#") || isNull(value)) return valueToJson(value);
  const { value: text } = convert(value, STRING);
  return text ? textOf(text) : valueToJson(value);
}

function pad(text: string, { flags, width, letter }: Verb): string {
  const missing = (width ?? 0) - graphemes(text).length;
  if (missing <= 0) return text;
  if (flags.includes("-")) return text + " ".repeat(missing);
  if (!flags.includes("0")) return " ".repeat(missing) + text;
  if (letter === "s" || letter === "q") return "0".repeat(missing) + text;
  const sign = /^[+ -]?/.exec(text)![0];
  return sign + "0".repeat(missing) + text.slice(sign.length);
}
