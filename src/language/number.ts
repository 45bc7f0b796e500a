import { Decimal } from "decimal.js";

/**
 * Numbers of the language: cty computes with 512 bit binary floats, about 154 decimal digits. We compute with 165
 * decimal digits, so every terminating decimal fraction is exact. The range is bounded so that no number needs more
 * than a few thousand characters to be written out (the language has no exponent notation in its output).
 */
const PRECISION = 165;
/** Digits beyond these may be rounding errors. */
const SURE_DIGITS = 150;
const MAX_EXPONENT = 5_000;

const Num = Decimal.clone({
  precision: PRECISION,
  rounding: Decimal.ROUND_HALF_EVEN,
  toExpNeg: -9e15,
  toExpPos: 9e15,
  maxE: MAX_EXPONENT,
  minE: -MAX_EXPONENT,
  modulo: Decimal.ROUND_DOWN,
});

export function numberFrom(number: number | string | bigint | Decimal): Decimal {
  return new Num(number);
}

const NUMBER_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A decimal number as in source text, or undefined when the text is not one or is beyond the supported range. */
export function parseNumber(text: string): Decimal | undefined {
  if (!NUMBER_TEXT.test(text)) return undefined;
  const number = new Num(text);
  if (!number.isFinite()) return undefined;
  return number.toSignificantDigits(PRECISION);
}

/** A result of arithmetic without rounding errors: 1 / 3 * 3 is 1, not 0.999…. */
export function tidy(result: Decimal): Decimal {
  if (result.precision() < SURE_DIGITS) return result;
  const rounded = result.toSignificantDigits(SURE_DIGITS);
  return rounded.precision() < SURE_DIGITS - 10 ? rounded : result;
}

/** All digits, never an exponent, no trailing zeros: the text of the number in a template. */
export function formatNumber(number: Decimal): string {
  if (number.isNaN()) return "NaN";
  if (!number.isFinite()) return number.isNegative() ? "-Inf" : "+Inf";
  return number.isZero() ? "0" : number.toFixed();
}

/** The number as a JS integer when it is one that JS represents exactly. */
export function safeInteger(number: Decimal): number | undefined {
  const result = number.toNumber();
  return Number.isSafeInteger(result) && number.equals(result) ? result : undefined;
}
