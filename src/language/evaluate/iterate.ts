import type { Expression } from "../ast.ts";
import { withMarks } from "../marks.ts";
import type { SourceRange } from "../source.ts";
import { entriesOf, isKnown, isNull, itemsOf, numberValue, stringValue, type Type, type Value } from "../value.ts";
import type { Evaluation, Scope } from "./contract.ts";
import * as messages from "../messages/evaluation-messages.ts";

export interface Iteration {
  /** Undefined when the collection is not known (or wrong, which has been reported). */
  readonly pairs: readonly Pair[] | undefined;
  readonly marks: Value["marks"];
}

type Pair = readonly [key: Value, value: Value];

/** What a `for` runs over: index and element, key and value, or for a set the element twice. */
export function iterate(collection: Expression, context: SourceRange, scope: Scope, evaluation: Evaluation): Iteration {
  const value = evaluation.evaluate(collection, scope);
  const { marks } = value;
  const place = { subject: collection.range, context };
  if (isNull(value)) {
    evaluation.report(messages.iterateNull(place), collection, scope);
    return { pairs: undefined, marks };
  }
  const pairs = pairsOf(value);
  if (pairs === "not iterable") {
    evaluation.report(messages.iterateOther(value.type, place), collection, scope);
    return { pairs: undefined, marks };
  }
  return { pairs, marks };
}

/** Key and value of each element, marked as the collection is; undefined when the collection is not known yet. */
export function pairsOf(value: Value): readonly Pair[] | undefined | "not iterable" {
  const bare = barePairs[value.type.kind];
  if (!bare) return value.type.kind === "dynamic" ? undefined : "not iterable";
  if (!isKnown(value)) return undefined;
  const marked = (item: Value): Value => withMarks(item, value.marks);
  return bare(value).map(([key, item]) => [marked(key), marked(item)]);
}

const indexed = (value: Value): readonly Pair[] => itemsOf(value).map((item, index) => [numberValue(index), item]);
const named = (value: Value): readonly Pair[] => [...entriesOf(value)].map(([key, item]) => [stringValue(key), item]);

const barePairs: Partial<Record<Type["kind"], (value: Value) => readonly Pair[]>> = {
  list: indexed,
  tuple: indexed,
  set: (value) => itemsOf(value).map((item) => [item, item]),
  map: named,
  object: named,
};
