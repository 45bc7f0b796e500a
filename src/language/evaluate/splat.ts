import { SPLAT_ITEM, type Splat } from "../ast.ts";
import { withMarks } from "../marks.ts";
import { typesEqual } from "../type.ts";
import { isKnown, isNull, itemsOf, listOf, listValue, tupleValue, unknownValue, type Value } from "../value.ts";
import type { Evaluation, Scope } from "./contract.ts";
import * as messages from "./messages.ts";
import { childScope } from "./scope.ts";

/**
 * `source[*].each` and `source.*.each`: the rest applied to every element. A value that is no sequence counts as a
 * sequence of itself, and null as an empty one.
 */
export function evaluateSplat(node: Splat, scope: Scope, evaluation: Evaluation): Value {
  const source = evaluation.evaluate(node.source, scope);
  const { type, marks } = source;
  const each = (item: Value): Value =>
    evaluation.evaluate(node.each, childScope(scope, [[SPLAT_ITEM, withMarks(item, marks)]]));
  const isSequence = type.kind === "list" || type.kind === "set" || type.kind === "tuple";
  if (isNull(source)) {
    if (isSequence) evaluation.report(messages.splatOfUnsupported(node.source.range, node.range), node, scope);
    return withMarks(isSequence ? unknownValue() : tupleValue([]), marks);
  }
  if (!isSequence)
    return withMarks(isKnown(source) || type.kind !== "dynamic" ? tupleValue([each(source)]) : unknownValue(), marks);
  if (!isKnown(source)) return unknownSplat(source, each);
  const results = itemsOf(source).map(each);
  return withMarks(type.kind === "tuple" ? tupleValue(results) : listOfSame(results, type.element, each), marks);
}

function unknownSplat({ type, marks }: Value, each: (item: Value) => Value): Value {
  if (type.kind === "tuple")
    return withMarks(tupleValue(type.elements.map((element) => each(unknownValue(element)))), marks);
  const element = "element" in type ? each(unknownValue(type.element)).type : undefined;
  return withMarks(unknownValue(element && listOf(element)), marks);
}

/** Elements of one type normally give results of one type; where not (elements of type `any`) the result is a tuple. */
function listOfSame(results: readonly Value[], element: Value["type"], each: (item: Value) => Value): Value {
  const type = results[0]?.type ?? each(unknownValue(element)).type;
  return results.every((result) => typesEqual(result.type, type)) ? listValue(type, results) : tupleValue(results);
}
