import { Decimal } from "decimal.js";

/** Digits of the binary numbers that cty computes with. */
const BITS = 512;

/**
 * Rounded to a number of decimal places as Packer rounds it. Exactly in the middle (0.35 to one place) the binary number
 * decides that stands for the decimal one there: it is a little more or less, except for fractions such as 0.5, which go to
 * the even side.
 */
export function roundToPlaces(number: Decimal, places: number): Decimal {
  if (places < 0 || number.decimalPlaces() !== places + 1 || !number.toFixed().endsWith("5"))
    return places < 0 ? number : number.toDecimalPlaces(places, Decimal.ROUND_HALF_EVEN);
  const error = binaryError(number);
  if (error === 0) return number.toDecimalPlaces(places, Decimal.ROUND_HALF_EVEN);
  return number.toDecimalPlaces(places, error > 0 ? Decimal.ROUND_UP : Decimal.ROUND_DOWN);
}

/** Above zero where the binary number nearest to a positive decimal one is larger than it, below where it is smaller. */
function binaryError(number: Decimal): number {
  const denominator = 10n ** BigInt(number.decimalPlaces());
  const numerator = BigInt(number.times(denominator.toString()).toFixed());
  let bits = BigInt(BITS + denominator.toString(2).length - numerator.toString(2).length);
  // The quotient has 512 bits, or 513 where the estimate of its size is one too many.
  if ((numerator << bits) / denominator >= 1n << BigInt(BITS)) bits -= 1n;
  const remainder = (numerator << bits) % denominator;
  if (remainder === 0n) return 0;
  const quotient = (numerator << bits) / denominator;
  const twice = remainder * 2n;
  const roundsUp = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  return roundsUp ? 1 : -1;
}
