import type { Expression, ObjectExpression, ObjectItem } from "../ast.ts";
import { convert } from "../convert.ts";
import { union, withMarks } from "../marks.ts";
import type { SourceRange } from "../source.ts";
import {
  isKnown,
  isNull,
  NO_MARKS,
  objectValue,
  STRING,
  stringValue,
  textOf,
  unknownValue,
  type Value,
} from "../value.ts";
import type { Evaluation, Scope } from "./contract.ts";
import * as messages from "../messages/evaluation-messages.ts";

/** `{ key = value, … }`. A key that is not known yet makes the whole object unknown. Of equal keys the last wins. */
export function evaluateObject(node: ObjectExpression, scope: Scope, evaluation: Evaluation): Value {
  const entries: [string, Value][] = [];
  let marks = NO_MARKS;
  let isComplete = true;
  for (const item of node.items) {
    const key = itemKey(item, node, scope, evaluation);
    const value = evaluation.evaluate(item.value, scope);
    if (key) marks = union(marks, key.marks);
    if (key && isKnown(key)) entries.push([textOf(key), value]);
    else isComplete = false;
  }
  if (!isComplete) return withMarks(unknownValue(), marks);
  return withMarks(objectValue(entries), marks);
}

function itemKey(item: ObjectItem, node: ObjectExpression, scope: Scope, evaluation: Evaluation): Value | undefined {
  if (item.bareKey !== undefined) return stringValue(item.bareKey);
  return evaluateKey(item.key, node.range, scope, evaluation);
}

/** A key of an object as text, or undefined after reporting why it is none. */
export function evaluateKey(
  key: Expression,
  context: SourceRange,
  scope: Scope,
  evaluation: Evaluation,
): Value | undefined {
  const value = evaluation.evaluate(key, scope);
  const place = { subject: key.range, context };
  if (isNull(value)) {
    evaluation.report(messages.nullKey(place), key, scope);
    return undefined;
  }
  const result = convert(value, STRING);
  if (!result.value) evaluation.report(messages.wrongKeyType(result.error, place), key, scope);
  return result.value;
}
