import type { ForObject, ForTuple } from "../ast.ts";
import { isSensitive, union, withMarks } from "../marks.ts";
import { isKnown, objectValue, textOf, truthOf, tupleValue, unknownValue, type Mark, type Value } from "../value.ts";
import { evaluateCondition } from "./conditional.ts";
import type { Evaluation, Scope, EvaluationSite } from "./contract.ts";
import { iterate } from "./iterate.ts";
import * as messages from "../messages/evaluation-messages.ts";
import { evaluateKey } from "./object.ts";
import { roundScope } from "./scope.ts";

/** `[for key, value in collection : result if condition]` */
export function evaluateForTuple(node: ForTuple, scope: Scope, evaluation: Evaluation): Value {
  const rounds = roundsOf(node, scope, evaluation);
  const results = rounds.scopes.map((scope) => evaluation.evaluate(node.value, scope));
  if (!rounds.isKnown) return withMarks(unknownValue(), rounds.marks);
  return withMarks(tupleValue(results), rounds.marks);
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
    else if (!addToGroup(groups, key, value, node.grouped)) reportDuplicate(key, { node, scope, evaluation });
  }
  if (!isComplete) return withMarks(unknownValue(), marks);
  const valueOf = (values: readonly Value[]): Value => (node.grouped ? tupleValue(values) : values[0]!);
  const result = [...groups].map(([key, values]) => [key, valueOf(values)] as const);
  return withMarks(objectValue(result), marks);
}

/** False where the key is taken. */
function addToGroup(groups: Map<string, Value[]>, key: Value, value: Value, grouped: boolean): boolean {
  const name = textOf(key);
  const group = groups.get(name);
  if (!group) groups.set(name, [value]);
  else if (grouped) group.push(value);
  return !group || grouped;
}

function reportDuplicate(key: Value, { node, scope, evaluation }: EvaluationSite<ForObject>): void {
  const name = isSensitive(key) ? undefined : textOf(key);
  const place = { subject: node.key.range, context: node.range };
  evaluation.report(messages.duplicateKey(name, place), node.key, scope);
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
  for (const pair of pairs ?? []) {
    const inner = roundScope(scope, node, pair);
    const condition = node.condition && evaluateCondition(node.condition, node, inner, evaluation);
    if (condition) marks = union(marks, condition.marks);
    if (node.condition && !(condition && isKnown(condition))) allKnown = false;
    else if (!condition || truthOf(condition)) scopes.push(inner);
  }
  return { scopes, isKnown: allKnown, marks };
}
