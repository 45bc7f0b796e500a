import type { Decimal } from "decimal.js";
import type { Expression, GetAttribute, Index, Variable } from "../ast.ts";
import { convert } from "../convert.ts";
import type { Diagnostic, DiagnosticPlace } from "../diagnostic.ts";
import { union, withMarks } from "../marks.ts";
import * as messages from "../messages/evaluation-messages.ts";
import { elementOf } from "../type.ts";
import {
  decimalOf,
  entriesOf,
  isKnown,
  isNull,
  itemsOf,
  NUMBER,
  STRING,
  stringValue,
  textOf,
  unknownValue,
  type Type,
  type Value,
} from "../value.ts";
import type { Evaluation, Scope, EvaluationSite } from "./contract.ts";
import { lookUpVariable, variableNames } from "./scope.ts";

export function evaluateVariable(node: Variable, scope: Scope, evaluation: Evaluation): Value {
  const value = lookUpVariable(scope, node.name);
  if (value) return value;
  evaluation.report(unknownVariable(node, variableNames(scope)), node, scope);
  return unknownValue();
}

function unknownVariable({ name, range }: Variable, known: readonly string[]): Diagnostic {
  if (known.length === 0) return messages.noVariables(name, range);
  return messages.unknownVariable(name, known, range);
}

type Traversal = GetAttribute | Index;

/** `object.name` and `collection[key]`, a chain of any length: walked, not recursed into. */
export function evaluateTraversal(node: Traversal, scope: Scope, evaluation: Evaluation): Value {
  const chain: Traversal[] = [];
  let root: Expression = node;
  while (root.kind === "get-attribute" || root.kind === "index") {
    chain.push(root);
    root = holderOf(root);
  }
  let value = evaluation.evaluate(root, scope);
  for (let step = chain.pop(); step; step = chain.pop()) value = takeStep(step, value, scope, evaluation);
  return value;
}

function holderOf(node: Traversal): Expression {
  return node.kind === "index" ? node.collection : node.object;
}

function takeStep(node: Traversal, holder: Value, scope: Scope, evaluation: Evaluation): Value {
  if (node.kind === "index") return getIndex(holder, { node, scope, evaluation });
  return getAttribute(holder, { node, scope, evaluation });
}

function getAttribute(object: Value, site: EvaluationSite<GetAttribute>): Value {
  const { node, scope, evaluation } = site;
  const { name } = node;
  const { type, marks } = object;
  const place = { subject: node.nameRange, context: node.range };
  if (isNull(object)) {
    evaluation.report(messages.attributeOfNull(name, place), node, scope);
    return withMarks(unknownValue(), marks);
  }
  if (type.kind === "object" || type.kind === "map") return getKey(object, stringValue(name), site);
  if (type.kind !== "dynamic") evaluation.report(messages.attributeOfOther(name, type, place), node, scope);
  return withMarks(unknownValue(), marks);
}

/** An attribute of an object or element of a map, known or not. */
function getKey(holder: Value, key: Value, site: EvaluationSite<Traversal>): Value {
  const name = textOf(key);
  const marks = union(holder.marks, key.marks);
  const missing = { ...site, name: key.marks.size > 0 ? undefined : name, isSecret: marks.size > 0 };
  if (holder.type.kind === "object") return withMarks(getFromObject(holder, name, missing), marks);
  return withMarks(getFromMap(holder, name, missing), marks);
}

/** For a message. A secret key is not quoted, nor are names in a secret. */
interface MissingKey extends EvaluationSite<Traversal> {
  readonly name: string | undefined;
  readonly isSecret: boolean;
}

function getFromObject(object: Value, name: string, missing: MissingKey): Value {
  const { attributes } = object.type as Extract<Type, { kind: "object" }>;
  const attribute = attributes.get(name);
  if (!attribute) return reportMissing(messages.unsupportedAttribute, attributes.keys(), missing);
  return isKnown(object) ? entriesOf(object).get(name)! : unknownValue(attribute.type);
}

function getFromMap(map: Value, name: string, missing: MissingKey): Value {
  const element = elementOf(map.type);
  if (!isKnown(map)) return unknownValue(element);
  const entries = entriesOf(map);
  const value = entries.get(name);
  if (value) return value;
  reportMissing(messages.missingMapElement, entries.keys(), missing);
  return unknownValue(element);
}

function reportMissing(
  message: typeof messages.missingMapElement,
  names: Iterable<string>,
  { node, scope, evaluation, name, isSecret }: MissingKey,
): Value {
  const subject = node.kind === "index" ? node.key.range : node.nameRange;
  const candidates = isSecret ? [] : names;
  evaluation.report(message(name, candidates, { subject, context: node.range }), node, scope);
  return unknownValue();
}

function getIndex(collection: Value, site: EvaluationSite<Index>): Value {
  const { node, scope, evaluation } = site;
  const key = evaluation.evaluate(node.key, scope);
  const marks = union(collection.marks, key.marks);
  const { type } = collection;
  const place = { subject: node.key.range, context: node.range };
  const fail = (message: Diagnostic): Value => {
    evaluation.report(message, node, scope);
    return withMarks(unknownValue(), marks);
  };
  if (isNull(collection)) return fail(messages.indexOfNull(place));
  if (isNull(key)) return fail(messages.nullIndex(place));
  if (type.kind === "dynamic") return withMarks(unknownValue(), marks);
  const keyType = keyTypes[type.kind];
  if (!keyType) return fail(messages.indexOfOther(type, { ...place, subject: node.collection.range }));
  const { value, error } = convert(key, keyType);
  if (!value) return fail(messages.wrongIndexType(error, place));
  if (!isKnown(value)) return withMarks(unknownValue(elementOf(type)), marks);
  if (keyType === STRING) return getKey(collection, value, site);
  const wrong = wrongPosition(decimalOf(value), collection, place);
  if (wrong) return fail(wrong);
  return withMarks(elementAt(collection, decimalOf(value).toNumber()), marks);
}

const keyTypes: Partial<Record<Type["kind"], Type>> = { list: NUMBER, tuple: NUMBER, map: STRING, object: STRING };

function wrongPosition(index: Decimal, collection: Value, place: DiagnosticPlace): Diagnostic | undefined {
  if (!index.isInteger()) return messages.fractionalIndex(place);
  if (index.isNegative() && !index.isZero()) return messages.negativeIndex(place);
  const length = lengthOf(collection);
  if (index.toNumber() < length) return undefined;
  return messages.indexOutOfRange(length, place);
}

/** Infinite where it is not known. */
function lengthOf({ type, content }: Value): number {
  if (type.kind === "tuple") return type.elements.length;
  return Array.isArray(content) ? content.length : Infinity;
}

function elementAt(collection: Value, position: number): Value {
  if (isKnown(collection)) return itemsOf(collection)[position]!;
  const { type } = collection;
  return unknownValue(type.kind === "tuple" ? type.elements[position] : elementOf(type));
}
