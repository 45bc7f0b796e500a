import { numberFrom } from "../number.ts";
import { decimalOf, listValue, NUMBER, numberValue, type Value } from "../value.ts";
import { FunctionError } from "./definition.ts";

const MOST_NUMBERS = 1_000_000;

/** `range(limit)`, `range(start, limit)`, `range(start, limit, step)`. */
export function range(args: readonly Value[]): Value {
  if (args.length > 3) throw new FunctionError("it takes at most three numbers: start, limit and step.");
  const numbers = args.map(decimalOf);
  const start = numbers.length === 1 ? numberFrom(0) : numbers[0]!;
  const limit = numbers.length === 1 ? numbers[0]! : numbers[1]!;
  const falls = limit.lessThan(start);
  const step = numbers[2] ?? numberFrom(falls ? -1 : 1);
  if (step.isZero()) throw new FunctionError("the step must not be zero.", 2);
  if (numbers[2] && !start.equals(limit) && step.isNegative() !== falls) {
    throw new FunctionError(`the step must be ${falls ? "negative" : "positive"} to get from start to limit.`, 2);
  }
  const count = limit.minus(start).dividedBy(step).ceil().toNumber();
  if (count > MOST_NUMBERS) throw new FunctionError(`it would have more than ${MOST_NUMBERS} elements.`);
  return listValue(
    NUMBER,
    Array.from({ length: count }, (_, index) => numberValue(start.plus(step.times(index)))),
  );
}
