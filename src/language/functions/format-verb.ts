import type { Decimal } from "decimal.js";
import { convert } from "../convert.ts";
import { quote } from "../format-value.ts";
import { graphemes } from "../grapheme.ts";
import { valueToJson } from "../to-json.ts";
import { roundToPlaces } from "./binary-rounding.ts";
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
    e: (value, verb) => signed(number(value, verb), verb, (n) => withExponent(n, verb)),
    E: (value, verb) => signed(number(value, verb), verb, (n) => withExponent(n, verb).toUpperCase()),
    f: (value, verb) => signed(number(value, verb), verb, (n) => toPlaces(n, verb.precision ?? 6)),
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

const bases: Readonly<Record<number, string>> = { 2: "0b", 8: "0", 16: "0x" };

/** A precision is the least number of digits. `#` puts the sign of the base before them. */
function integer(value: Value, verb: Verb, base: 2 | 8 | 10 | 16): string {
  const decimal = number(value, verb);
  if (!decimal.isInteger()) throw new FunctionError(`"${verb.text}" needs a whole number.`);
  const prefix = verb.flags.includes("#") ? (bases[base] ?? "") : "";
  const digits = (n: Decimal): string => (n.isZero() && verb.precision === 0 ? "" : BigInt(n.toFixed()).toString(base));
  return signed(decimal, verb, (n) => prefix + digits(n).padStart(verb.precision ?? 0, "0"));
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

function withExponent(decimal: Decimal, { precision = 6 }: Verb): string {
  return exponential(roundToPlaces(decimal, precision - decimal.e).toExponential(precision));
}

const toPlaces = (decimal: Decimal, places: number): string => roundToPlaces(decimal, places).toFixed(places);

/** The most digits a number is written with before it gets an exponent, when no precision is given. */
const MOST_DIGITS = 6;

/** With an exponent when it is below -4, or at least the precision. */
function general(decimal: Decimal, precision: number | undefined): string {
  const rounded = roundedTo(decimal, precision);
  const exponent = rounded.isZero() ? 0 : rounded.e;
  if (exponent < -4 || exponent >= Math.max(precision ?? MOST_DIGITS, 1)) return exponential(rounded.toExponential());
  return rounded.toFixed();
}

function roundedTo(decimal: Decimal, precision: number | undefined): Decimal {
  if (precision === undefined) return decimal;
  const digits = Math.max(precision, 1);
  return roundToPlaces(decimal, digits - 1 - decimal.e).toSignificantDigits(digits);
}

/** A precision of zero is none. */
function cut(text: string, length: number | undefined): string {
  if (!length) return text;
  return graphemes(text).slice(0, length).join("");
}

function formatDefault(value: Value, { flags }: Verb): string {
  if (flags.includes("#") || isNull(value)) return valueToJson(value);
  if (value.type.kind === "number") return general(decimalOf(value), undefined);
  const { value: text } = convert(value, STRING);
  return text ? textOf(text) : valueToJson(value);
}

/** To the width: `true` and `false` have none, and a number with a precision no zeros before it. */
function pad(text: string, { flags, width = 0, letter, precision }: Verb): string {
  const missing = width - graphemes(text).length;
  if (missing <= 0 || letter === "t") return text;
  if (flags.includes("-")) return text + " ".repeat(missing);
  const isPlain = precision !== undefined && /[bdoxX]/.test(letter);
  if (!flags.includes("0") || isPlain) return " ".repeat(missing) + text;
  if (letter === "s" || letter === "q") return "0".repeat(missing) + text;
  const sign = /^[+ -]?(?:0[xXb](?=.))?/.exec(text)![0];
  return sign + "0".repeat(missing) + text.slice(sign.length);
}
