import type { Expression } from "../ast.ts";
import { withMarks } from "../marks.ts";
import type { SourceRange } from "../source.ts";
import { entriesOf, isKnown, isNull, itemsOf, numberValue, stringValue, type Value } from "../value.ts";
import type { Evaluation, Scope } from "./contract.ts";
import * as messages from "./messages.ts";

export interface Iteration {
  /** Undefined when the collection is not known (or wrong, which has been reported). */
  readonly pairs: readonly (readonly [key: Value, value: Value])[] | undefined;
  readonly marks: Value["marks"];
}

/** What a `for` runs over: index and element, key and value, or for a set the element twice. */
export function iterate(collection: Expression, context: SourceRange, scope: Scope, evaluation: Evaluation): Iteration {
  const value = evaluation.evaluate(collection, scope);
  if (isNull(value)) {
    evaluation.report(messages.iterateNull(collection.range, context), collection, scope);
    return { pairs: undefined, marks: value.marks };
  }
  const pairs = pairsOf(value);
  if (pairs === "not iterable") {
    evaluation.report(messages.iterateOther(value.type, collection.range, context), collection, scope);
    return { pairs: undefined, marks: value.marks };
  }
  return { pairs, marks: value.marks };
}

/** Key and value of each element, marked as the collection is; undefined when the collection is not known yet. */
export function pairsOf(value: Value): Iteration["pairs"] | "not iterable" {
  const marked = (item: Value) => withMarks(item, value.marks);
  switch (value.type.kind) {
    case "dynamic":
      return undefined;
    case "list":
    case "tuple":
      return isKnown(value)
        ? itemsOf(value).map((item, index) => [marked(numberValue(index)), marked(item)])
        : undefined;
    case "set":
      return isKnown(value) ? itemsOf(value).map((item) => [marked(item), marked(item)]) : undefined;
    case "map":
    case "object":
      return isKnown(value)
        ? [...entriesOf(value)].map(([key, item]) => [marked(stringValue(key)), marked(item)])
        : undefined;
    default:
      return "not iterable";
  }
}
