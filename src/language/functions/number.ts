import { Decimal } from "decimal.js";
import { withArticle } from "../convert-primitive.ts";
import { formatNumber, numberFrom } from "../number.ts";
import { decimalOf, NUMBER, numberValue, textOf, type Value } from "../value.ts";
import { anyParam, integerAt, numberParam, wholeNumber } from "./arguments.ts";
import { FunctionError, type FunctionDeclaration } from "./definition.ts";

interface NumberFunction<Given> {
  readonly name: string;
  readonly description: string;
  readonly example: readonly [string, string];
  readonly of: (given: Given) => Decimal;
}

const unary = ({ of, ...rest }: NumberFunction<Decimal>): FunctionDeclaration => ({
  ...rest,
  group: "number",
  parameters: [numberParam("number")],
  returns: NUMBER,
  call: (args) => numberValue(of(decimalOf(args[0]!))),
});

const ofAll = ({ of, ...rest }: NumberFunction<readonly Decimal[]>): FunctionDeclaration => ({
  ...rest,
  group: "number",
  parameters: [numberParam("numbers")],
  variadic: numberParam("numbers"),
  returns: NUMBER,
  call: (args) => numberValue(of(args.map(decimalOf))),
});

export const numberFunctions: readonly FunctionDeclaration[] = [
  unary({
    name: "abs",
    description: "The number without its sign.",
    example: ["abs(-12.4)", "12.4"],
    of: (n) => n.abs(),
  }),
  unary({
    name: "ceil",
    description: "The next whole number at or above.",
    example: ["ceil(5.1)", "6"],
    of: (n) => n.ceil(),
  }),
  unary({
    name: "floor",
    description: "The next whole number at or below.",
    example: ["floor(4.9)", "4"],
    of: (n) => n.floor(),
  }),
  unary({
    name: "signum",
    description: "-1, 0 or 1 as the whole number is negative, zero or positive.",
    example: ["signum(-13)", "-1"],
    of: (n) => numberFrom(wholeNumber(n, 0).comparedTo(0)),
  }),
  {
    name: "log",
    group: "number",
    parameters: [numberParam("number"), numberParam("base")],
    returns: NUMBER,
    description: "The logarithm of a number to a base.",
    example: ["log(16, 2)", "4"],
    call: (args) => numberValue(logarithm(decimalOf(args[0]!), decimalOf(args[1]!))),
  },
  {
    name: "pow",
    group: "number",
    parameters: [numberParam("number"), numberParam("power")],
    returns: NUMBER,
    description: "A number raised to a power.",
    example: ["pow(3, 4)", "81"],
    call: (args) => numberValue(power(decimalOf(args[0]!), decimalOf(args[1]!))),
  },
  ofAll({
    name: "max",
    description: "The greatest of the numbers.",
    example: ["max(12, 54, 3)", "54"],
    of: (numbers) => Decimal.max(...numbers),
  }),
  ofAll({
    name: "min",
    description: "The smallest of the numbers.",
    example: ["min(12, 54, 3)", "3"],
    of: (numbers) => Decimal.min(...numbers),
  }),
  {
    name: "parseint",
    group: "number",
    parameters: [anyParam("string"), numberParam("base")],
    returns: NUMBER,
    description: "Reads a whole number written in a base from 2 to 62.",
    example: ['parseint("FF", 16)', "255"],
    call: (args) => numberValue(parseInteger(digitsAt(args), integerAt(args, 1, 2, 62))),
  },
];

/** Enough digits to see whether a logarithm is a whole number. */
const Rounded = Decimal.clone({ precision: 30 });

/** A quotient of 64 bit floats as in Go, except that whole results are exact: `log(1000, 10)` is 3, not 2.9999999999999996. */
function logarithm(number: Decimal, base: Decimal): Decimal {
  if (number.lessThanOrEqualTo(0)) throw new FunctionError("the number must be greater than zero.", 0);
  if (base.lessThanOrEqualTo(0) || base.equals(1))
    throw new FunctionError("the base must be greater than zero, and not 1.", 1);
  const result = Rounded.log(number, base).toNumber();
  const whole = Math.round(result);
  if (Number.isFinite(result) && base.pow(whole).equals(number)) return numberFrom(whole);
  return finite(Math.log(number.toNumber()) / Math.log(base.toNumber()));
}

const LARGEST_EXACT_POWER = 10_000;

/** A 64 bit float as in Go, except that powers of whole numbers are exact. */
function power(number: Decimal, exponent: Decimal): Decimal {
  if (number.isZero() && exponent.isNegative()) throw new FunctionError("zero has no negative powers.", 1);
  const areWhole = number.isInteger() && exponent.isInteger() && !exponent.isNegative();
  if (areWhole && exponent.lessThanOrEqualTo(LARGEST_EXACT_POWER)) {
    const result = number.pow(exponent);
    if (result.isFinite()) return result;
  }
  return finite(floatPower(number.toNumber(), exponent.toNumber()));
}

/**
 * Go's order of roundings, which decides about the last digits: squares from the lowest bit of the exponent up, and its
 * fraction by the exponential function. JavaScript's own power rounds otherwise.
 */
function floatPower(base: number, exponent: number): number {
  if (Math.abs(exponent) === 0.5) return exponent < 0 ? 1 / Math.sqrt(base) : Math.sqrt(base);
  const size = Math.abs(exponent);
  const whole = size % 1 > 0.5 ? Math.ceil(size) : Math.floor(size);
  const fraction = size - whole;
  let result = fraction === 0 ? 1 : Math.exp(fraction * Math.log(base));
  let square = base;
  for (let rest = whole; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return exponent < 0 ? 1 / result : result;
}

function finite(result: number): Decimal {
  if (Number.isNaN(result)) throw new FunctionError("the result is not a real number.");
  if (!Number.isFinite(result)) throw new FunctionError("the result is too large.");
  return numberFrom(result);
}

/** The text to read; a number in its place is refused, because its digits are decimal whatever the base. */
function digitsAt([given]: readonly Value[]): string {
  if (given!.type.kind === "string") return textOf(given!);
  throw new FunctionError(`a string is required, not ${withArticle(given!.type)}.`, 0);
}

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const MOST_DIGITS = 5_000;

function parseInteger(text: string, base: number): Decimal {
  const sign = /^[+-]?/.exec(text)![0];
  // Only bases above 36 tell upper from lower case.
  const body = base <= 36 ? text.toLowerCase() : text;
  const digits = [...body.slice(sign.length)].map((char) => DIGITS.indexOf(char));
  if (digits.length === 0 || digits.some((digit) => digit < 0 || digit >= base)) {
    throw new FunctionError(`${JSON.stringify(text)} is not a whole number in base ${base}.`, 0);
  }
  if (digits.length > MOST_DIGITS) throw new FunctionError("the number has too many digits.", 0);
  const value = digits.reduce((sum, digit) => sum * BigInt(base) + BigInt(digit), 0n);
  const number = numberFrom(sign === "-" ? -value : value);
  if (formatNumber(number).endsWith("Inf")) throw new FunctionError("the number is too large.", 0);
  return number;
}
