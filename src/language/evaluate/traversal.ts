import type { Expression, GetAttribute, Index, Variable } from "../ast.ts";
import { convert } from "../convert.ts";
import { union, withMarks } from "../marks.ts";
import {
  entriesOf,
  isKnown,
  isNull,
  itemsOf,
  NUMBER,
  STRING,
  stringValue,
  textOf,
  decimalOf,
  unknownValue,
} from "../value.ts";
import type { Mark, Type, Value } from "../value.ts";
import type { Evaluation, Scope } from "./contract.ts";
import * as messages from "./messages.ts";
import { lookUpVariable, variableNames } from "./scope.ts";

export function evaluateVariable(node: Variable, scope: Scope, evaluation: Evaluation): Value {
  const value = lookUpVariable(scope, node.name);
  if (value) return value;
  const known = variableNames(scope);
  const { name, range } = node;
  const message = known.length === 0 ? messages.noVariables(name, range) : messages.unknownVariable(name, known, range);
  evaluation.report(message, node, scope);
  return unknownValue();
}

/** `object.name` and `collection[key]`, a chain of any length: walked, not recursed into. */
export function evaluateTraversal(node: GetAttribute | Index, scope: Scope, evaluation: Evaluation): Value {
  const chain: (GetAttribute | Index)[] = [];
  let root: Expression = node;
  while (root.kind === "get-attribute" || root.kind === "index") {
    chain.push(root);
    root = root.kind === "index" ? root.collection : root.object;
  }
  let value = evaluation.evaluate(root, scope);
  for (let step = chain.pop(); step; step = chain.pop()) {
    value =
      step.kind === "index" ? getIndex(step, value, scope, evaluation) : getAttribute(step, value, scope, evaluation);
  }
  return value;
}

function getAttribute(node: GetAttribute, object: Value, scope: Scope, evaluation: Evaluation): Value {
  const { name, nameRange, range } = node;
  const { type, marks } = object;
  if (isNull(object)) {
    evaluation.report(messages.attributeOfNull(name, nameRange, range), node, scope);
    return withMarks(unknownValue(), marks);
  }
  if (type.kind === "object" || type.kind === "map") return getKey(object, stringValue(name), node, scope, evaluation);
  if (type.kind !== "dynamic") evaluation.report(messages.attributeOfOther(name, type, nameRange, range), node, scope);
  return withMarks(unknownValue(), marks);
}

/** An attribute of an object or element of a map, known or not. A secret key is not quoted, nor are names in a secret. */
function getKey(holder: Value, key: Value, node: GetAttribute | Index, scope: Scope, evaluation: Evaluation): Value {
  const { type } = holder;
  const name = textOf(key);
  const marks = union(holder.marks, key.marks);
  const shownName = key.marks.size > 0 ? undefined : name;
  const subject = node.kind === "index" ? node.key.range : node.nameRange;
  const candidates = (names: Iterable<string>) => (marks.size > 0 ? [] : names);
  if (type.kind === "object") {
    const attribute = type.attributes.get(name);
    if (attribute)
      return withMarks(isKnown(holder) ? entriesOf(holder).get(name)! : unknownValue(attribute.type), marks);
    const message = messages.unsupportedAttribute(shownName, candidates(type.attributes.keys()), subject, node.range);
    evaluation.report(message, node, scope);
    return withMarks(unknownValue(), marks);
  }
  const element = type.kind === "map" ? type.element : undefined;
  if (!isKnown(holder)) return withMarks(unknownValue(element), marks);
  const entries = entriesOf(holder);
  const value = entries.get(name);
  if (value) return withMarks(value, marks);
  evaluation.report(
    messages.missingMapElement(shownName, candidates(entries.keys()), subject, node.range),
    node,
    scope,
  );
  return withMarks(unknownValue(element), marks);
}

function getIndex(node: Index, collection: Value, scope: Scope, evaluation: Evaluation): Value {
  const key = evaluation.evaluate(node.key, scope);
  const marks = union(collection.marks, key.marks);
  const { type } = collection;
  const subject = node.key.range;
  const fail = (message: ReturnType<typeof messages.nullIndex>): Value => {
    evaluation.report(message, node, scope);
    return withMarks(unknownValue(), marks);
  };
  if (isNull(collection)) return fail(messages.indexOfNull(subject, node.range));
  if (isNull(key)) return fail(messages.nullIndex(subject, node.range));
  if (type.kind === "dynamic") return withMarks(unknownValue(), marks);
  const keyType = keyTypes[type.kind];
  if (!keyType) return fail(messages.indexOfOther(type, node.collection.range, node.range));
  const result = convert(key, keyType);
  if (!result.value) return fail(messages.wrongIndexType(result.error, subject, node.range));
  if (!isKnown(result.value)) return withMarks(unknownValue("element" in type ? type.element : undefined), marks);
  if (keyType === STRING) return getKey(collection, result.value, node, scope, evaluation);
  return getElement(node, collection, result.value, marks, fail);
}

const keyTypes: Partial<Record<Type["kind"], Type>> = { list: NUMBER, tuple: NUMBER, map: STRING, object: STRING };

function getElement(
  node: Index,
  collection: Value,
  key: Value,
  marks: ReadonlySet<Mark>,
  fail: (message: ReturnType<typeof messages.nullIndex>) => Value,
): Value {
  const index = decimalOf(key);
  const { type } = collection;
  const subject = node.key.range;
  if (!index.isInteger()) return fail(messages.fractionalIndex(subject, node.range));
  if (index.isNegative() && !index.isZero()) return fail(messages.negativeIndex(subject, node.range));
  const position = index.toNumber();
  const elementType = type.kind === "tuple" ? type.elements[position] : "element" in type ? type.element : undefined;
  const length =
    type.kind === "tuple" ? type.elements.length : isKnown(collection) ? itemsOf(collection).length : Infinity;
  if (position >= length) return fail(messages.indexOutOfRange(length, subject, node.range));
  return withMarks(isKnown(collection) ? itemsOf(collection)[position]! : unknownValue(elementType), marks);
}
