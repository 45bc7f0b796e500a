import type { ForObject, ForTuple } from "../ast.ts";
import { isSensitive, union, withMarks } from "../marks.ts";
import { isKnown, objectValue, textOf, truthOf, tupleValue, unknownValue, type Mark, type Value } from "../value.ts";
import { evaluateCondition } from "./conditional.ts";
import type { Evaluation, Scope } from "./contract.ts";
import { iterate } from "./iterate.ts";
import * as messages from "./messages.ts";
import { evaluateKey } from "./object.ts";
import { childScope } from "./scope.ts";

/** `[for key, value in collection : result if condition]` */
export function evaluateForTuple(node: ForTuple, scope: Scope, evaluation: Evaluation): Value {
  const rounds = roundsOf(node, scope, evaluation);
  const results = rounds.scopes.map((scope) => evaluation.evaluate(node.value, scope));
  return withMarks(rounds.isKnown ? tupleValue(results) : unknownValue(), rounds.marks);
}

/** `{for key, value in collection : key => value if condition}`, and with `...` the grouping form. */
export function evaluateForObject(node: ForObject, scope: Scope, evaluation: Evaluation): Value {
  const rounds = roundsOf(node, scope, evaluation);
  const groups = new Map<string, Value[]>();
  let { marks, isKnown: isComplete } = rounds;
  for (const scope of rounds.scopes) {
    const key = evaluateKey(node.key, node.range, scope, evaluation);
    const value = evaluation.evaluate(node.value, scope);
    if (key) marks = union(marks, key.marks);
    if (!key || !isKnown(key)) isComplete = false;
    else addToGroup(node, groups, key, value, scope, evaluation);
  }
  if (!isComplete) return withMarks(unknownValue(), marks);
  const result = [...groups].map(([key, values]) => [key, node.grouped ? tupleValue(values) : values[0]!] as const);
  return withMarks(objectValue(result), marks);
}

function addToGroup(
  node: ForObject,
  groups: Map<string, Value[]>,
  key: Value,
  value: Value,
  scope: Scope,
  evaluation: Evaluation,
): void {
  const name = textOf(key);
  const group = groups.get(name);
  if (!group) groups.set(name, [value]);
  else if (node.grouped) group.push(value);
  else
    evaluation.report(
      messages.duplicateKey(isSensitive(key) ? undefined : name, node.key.range, node.range),
      node.key,
      scope,
    );
}

interface Rounds {
  readonly scopes: readonly Scope[];
  readonly isKnown: boolean;
  /** What decides how many elements there are: the collection and the conditions. */
  readonly marks: ReadonlySet<Mark>;
}

/** One scope per element that passes the condition. */
function roundsOf(node: ForTuple | ForObject, scope: Scope, evaluation: Evaluation): Rounds {
  const { pairs, marks: collectionMarks } = iterate(node.collection, node.range, scope, evaluation);
  let marks = collectionMarks;
  let allKnown = pairs !== undefined;
  const scopes: Scope[] = [];
  for (const [key, value] of pairs ?? []) {
    const names = [
      ...(node.keyName === undefined ? [] : [[node.keyName, key] as const]),
      [node.valueName, value] as const,
    ];
    const inner = childScope(scope, names);
    const condition = node.condition && evaluateCondition(node.condition, node, inner, evaluation);
    if (condition) marks = union(marks, condition.marks);
    if (node.condition && !(condition && isKnown(condition))) allKnown = false;
    else if (!condition || truthOf(condition)) scopes.push(inner);
  }
  return { scopes, isKnown: allKnown, marks };
}
