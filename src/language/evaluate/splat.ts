import { SPLAT_ITEM, type Splat } from "../ast.ts";
import { withMarks } from "../marks.ts";
import { isSequence, typesEqual, type SequenceType } from "../type.ts";
import { isKnown, isNull, itemsOf, listOf, listValue, tupleValue, unknownValue, type Value } from "../value.ts";
import type { Evaluation, Scope } from "./contract.ts";
import * as messages from "../messages/evaluation-messages.ts";
import { childScope } from "./scope.ts";

/**
 * `source[*].each` and `source.*.each`: the rest applied to every element. A value that is not a sequence counts as a
 * sequence of itself, and null as an empty one.
 */
export function evaluateSplat(node: Splat, scope: Scope, evaluation: Evaluation): Value {
  const source = evaluation.evaluate(node.source, scope);
  const { type, marks } = source;
  const each = (item: Value): Value =>
    evaluation.evaluate(node.each, childScope(scope, [[SPLAT_ITEM, withMarks(item, marks)]]));
  if (isNull(source) && isSequence(type)) {
    const place = { subject: node.source.range, context: node.range };
    evaluation.report(messages.splatOfUnsupported(place), node, scope);
    return withMarks(unknownValue(), marks);
  }
  return withMarks(applyToEach(source, each), marks);
}

function applyToEach(source: Value, each: (item: Value) => Value): Value {
  const { type } = source;
  if (isNull(source)) return tupleValue([]);
  if (!isSequence(type)) return applyToOne(source, each);
  if (!isKnown(source)) return applyToUnknown(type, each);
  const results = itemsOf(source).map(each);
  return type.kind === "tuple" ? tupleValue(results) : listOfSame(results, type.element, each);
}

function applyToOne(source: Value, each: (item: Value) => Value): Value {
  const mayBeSequence = !isKnown(source) && source.type.kind === "dynamic";
  return mayBeSequence ? unknownValue() : tupleValue([each(source)]);
}

function applyToUnknown(type: SequenceType, each: (item: Value) => Value): Value {
  if (type.kind === "tuple") return tupleValue(type.elements.map((element) => each(unknownValue(element))));
  return unknownValue(listOf(each(unknownValue(type.element)).type));
}

/**
 * Elements of one type normally give results of one type; if they do not (elements of type `any`), the result is a
 * tuple.
 */
function listOfSame(results: readonly Value[], element: Value["type"], each: (item: Value) => Value): Value {
  const type = results[0]?.type ?? each(unknownValue(element)).type;
  const areSame = results.every((result) => typesEqual(result.type, type));
  return areSame ? listValue(type, results) : tupleValue(results);
}
