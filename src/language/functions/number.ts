import { Decimal } from "decimal.js";
import { formatNumber, numberFrom } from "../number.ts";
import { decimalOf, NUMBER, numberValue } from "../value.ts";
import { integerAt, numberParam, stringParam, textAt } from "./arguments.ts";
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
    description: "-1, 0 or 1 as the number is negative, zero or positive.",
    example: ["signum(-13)", "-1"],
    of: (n) => numberFrom(n.comparedTo(0)),
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
    parameters: [stringParam("string"), numberParam("base")],
    returns: NUMBER,
    description: "Reads a whole number written in a base from 2 to 62.",
    example: ['parseint("FF", 16)', "255"],
    call: (args) => numberValue(parseInteger(textAt(args, 0), integerAt(args, 1, 2, 62))),
  },
];

/** Enough digits to round the result to a 64 bit float correctly. */
const Rounded = Decimal.clone({ precision: 30 });

/** As precise as a 64 bit float, except that whole results are exact. */
function logarithm(number: Decimal, base: Decimal): Decimal {
  if (number.lessThanOrEqualTo(0)) throw new FunctionError("the number must be greater than zero.", 0);
  if (base.lessThanOrEqualTo(0) || base.equals(1))
    throw new FunctionError("the base must be greater than zero, and not 1.", 1);
  const result = Rounded.log(number, base).toNumber();
  const whole = Math.round(result);
  if (Number.isFinite(result) && base.pow(whole).equals(number)) return numberFrom(whole);
  return finite(result);
}

function power(number: Decimal, exponent: Decimal): Decimal {
  if (number.isZero() && exponent.isNegative()) throw new FunctionError("zero has no negative powers.", 1);
  if (exponent.isInteger() && exponent.abs().lessThanOrEqualTo(10_000)) {
    const result = number.pow(exponent);
    if (exponent.isNegative()) return finite(result.toNumber());
    if (result.isFinite()) return result;
  }
  return finite(Math.pow(number.toNumber(), exponent.toNumber()));
}

function finite(result: number): Decimal {
  if (Number.isNaN(result)) throw new FunctionError("the result is not a real number.");
  if (!Number.isFinite(result)) throw new FunctionError("the result is too large.");
  return numberFrom(result);
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
