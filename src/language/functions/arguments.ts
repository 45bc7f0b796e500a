import type { Decimal } from "decimal.js";
import { safeInteger } from "../number.ts";
import {
  decimalOf,
  isNull,
  itemsOf,
  listValue,
  STRING,
  stringValue,
  textOf,
  type Value,
  DYNAMIC,
  listOf,
  NUMBER,
  type Type,
} from "../value.ts";
import { FunctionError } from "./definition.ts";
import type { Parameter } from "../evaluate/contract.ts";

/** Shorthands for declaring parameters and reading arguments in the function tables. */

const param =
  (type: Type) =>
  (name: string, more: Partial<Parameter> = {}): Parameter => ({ name, type, ...more });
export const stringParam = param(STRING);
export const numberParam = param(NUMBER);
export const anyParam = param(DYNAMIC);
export const textListParam = param(listOf(STRING));

export const textAt = (args: readonly Value[], index: number): string => textOf(args[index]!);

const LARGEST_WHOLE = 2n ** 63n - 1n;

/** A whole number of 64 bits, which may be more than a JavaScript number holds exactly. */
export function wholeNumber(number: Decimal, index: number): Decimal {
  const isWithin = number.isInteger() && number.abs().lessThanOrEqualTo(LARGEST_WHOLE.toString());
  if (isWithin) return number;
  throw new FunctionError("a whole number of at most 64 bits is required.", index);
}

export const wholeAt = (args: readonly Value[], index: number): bigint =>
  BigInt(wholeNumber(decimalOf(args[index]!), index).toFixed());

/** A whole number within bounds. */
export function integerAt(args: readonly Value[], index: number, minimum = -Infinity, maximum = Infinity): number {
  const number = safeInteger(decimalOf(args[index]!));
  if (number === undefined) throw new FunctionError("a whole number is required.", index);
  if (number >= minimum && number <= maximum) return number;
  throw new FunctionError(`it must be ${describeBounds(minimum, maximum)}.`, index);
}

function describeBounds(minimum: number, maximum: number): string {
  if (maximum === Infinity) return `at least ${minimum}`;
  if (minimum === -Infinity) return `at most ${maximum}`;
  return `between ${minimum} and ${maximum}`;
}

/** The texts of a list of string; a null among them is an error. */
export function textsAt(args: readonly Value[], index: number): readonly string[] {
  return itemsOf(args[index]!).map((item, position) => {
    if (isNull(item)) throw new FunctionError(`the element at index ${position} is null.`, index);
    return textOf(item);
  });
}

export const textList = (texts: readonly string[]): Value => listValue(STRING, texts.map(stringValue));

/** Results which would not fit in memory are refused before they are made. */
const LARGEST_RESULT = 64 * 1024 * 1024;

export function limitSize(size: number, what = "result"): void {
  if (size > LARGEST_RESULT) throw new FunctionError(`the ${what} would be too large.`);
}
