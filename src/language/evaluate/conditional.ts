import type { Conditional } from "../ast.ts";
import { convert } from "../convert.ts";
import { deepMarks, union, withMarks } from "../marks.ts";
import { typesEqual } from "../type.ts";
import { unify } from "../unify.ts";
import { BOOL, DYNAMIC, isKnown, isNull, truthOf, unknownValue, type Type, type Value } from "../value.ts";
import type { Evaluation, Scope } from "./contract.ts";
import * as messages from "../messages/evaluation-messages.ts";

/**
 * `condition ? then : else`. Both results are evaluated, since their common type is the type of the whole whichever is
 * chosen; but problems count only in the chosen one.
 */
export function evaluateConditional(node: Conditional, scope: Scope, evaluation: Evaluation): Value {
  const condition = evaluateCondition(node.condition, node, scope, evaluation);
  const then = evaluation.attempt(node.then, scope);
  const otherwise = evaluation.attempt(node.else, scope);
  const type = commonType(then.value, otherwise.value);
  if (!type) {
    evaluation.report(inconsistent(node, then.value.type, otherwise.value.type), node, scope);
    return unknownValue();
  }
  if (!condition) return unknownValue(type);
  if (!isKnown(condition)) {
    const marks = union(condition.marks, union(deepMarks(then.value), deepMarks(otherwise.value)));
    return withMarks(unknownValue(type), marks);
  }
  const chosen = truthOf(condition) ? then : otherwise;
  for (const diagnostic of chosen.diagnostics) evaluation.pass(diagnostic);
  return withMarks(convertBranch(chosen.value, type), condition.marks);
}

/** A condition as a bool, known or not, or undefined after reporting why it is none. */
export function evaluateCondition(
  condition: Conditional["condition"],
  whole: { readonly range: Conditional["range"] },
  scope: Scope,
  evaluation: Evaluation,
): Value | undefined {
  const value = evaluation.evaluate(condition, scope);
  const place = { subject: condition.range, context: whole.range };
  if (isNull(value)) {
    evaluation.report(messages.nullCondition(place), condition, scope);
    return undefined;
  }
  const result = convert(value, BOOL);
  if (!result.value) evaluation.report(messages.wrongConditionType(result.error, place), condition, scope);
  return result.value;
}

/** A bare `null` has no type of its own and takes that of the other branch. */
function commonType(then: Value, otherwise: Value): Type | undefined {
  if (isBareNull(then)) return otherwise.type;
  if (isBareNull(otherwise)) return then.type;
  return unify([then.type, otherwise.type]);
}

const isBareNull = (value: Value): boolean => isNull(value) && value.type.kind === "dynamic";

function convertBranch(value: Value, type: Type): Value {
  if (typesEqual(value.type, type) || type === DYNAMIC) return value;
  const result = convert(value, type);
  return result.value ?? unknownValue(type);
}

function inconsistent(node: Conditional, then: Type, otherwise: Type) {
  return messages.inconsistentBranches(then, otherwise, "", node.range);
}
