import type { Decimal } from "decimal.js";
import { numberFrom } from "../number.ts";
import { decimalOf, listValue, NUMBER, numberValue, type Value } from "../value.ts";
import { FunctionError } from "./definition.ts";

const MOST_NUMBERS = 1_024;

/** `range(limit)`, `range(start, limit)`, `range(start, limit, step)`. */
export function range(args: readonly Value[]): Value {
  if (args.length > 3) throw new FunctionError("it takes at most three numbers: start, limit and step.");
  const numbers = args.map(decimalOf);
  if (numbers.length === 1) numbers.unshift(numberFrom(0));
  const [start, limit, givenStep] = numbers as [Decimal, Decimal, Decimal | undefined];
  if (start.equals(limit)) return listValue(NUMBER, []);
  const step = checkedStep(limit.comparedTo(start), givenStep);
  const count = limit.minus(start).dividedBy(step).ceil().toNumber();
  if (count > MOST_NUMBERS)
    throw new FunctionError(
      `it would have more than ${MOST_NUMBERS} elements. Bring start and limit closer together, or use a larger step.`,
    );
  return listValue(
    NUMBER,
    Array.from({ length: count }, (_, index) => numberValue(start.plus(step.times(index)))),
  );
}

/** One towards the limit unless given. `direction` is −1 where the limit is below the start, else 1. */
function checkedStep(direction: number, step = numberFrom(direction)): Decimal {
  if (step.isZero()) throw new FunctionError("the step must not be zero.", 2);
  if (step.isNegative() === direction < 0) return step;
  const sign = direction < 0 ? "negative" : "positive";
  throw new FunctionError(`the step must be ${sign} to get from start to limit.`, 2);
}
