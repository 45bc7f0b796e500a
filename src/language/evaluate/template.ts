import type { TemplateExpression, TemplateFor, TemplateIf, TemplateInterpolation, TemplatePart } from "../ast.ts";
import { convert } from "../convert.ts";
import { union, withMarks } from "../marks.ts";
import {
  isKnown,
  isNull,
  NO_MARKS,
  STRING,
  stringValue,
  textOf,
  truthOf,
  unknownValue,
  type Mark,
  type Value,
} from "../value.ts";
import { evaluateCondition } from "./conditional.ts";
import type { Evaluation, Scope } from "./contract.ts";
import { iterate } from "./iterate.ts";
import * as messages from "../messages/evaluation-messages.ts";
import { roundScope } from "./scope.ts";

/** `"text ${value} %{ if … }"`: the parts as text, one after the other. */
export function evaluateTemplate(node: TemplateExpression, scope: Scope, evaluation: Evaluation): Value {
  const rendering: Rendering = { pieces: [], marks: NO_MARKS, isKnown: true };
  renderParts(node.parts, scope, evaluation, rendering);
  if (!rendering.isKnown) return withMarks(unknownValue(STRING), rendering.marks);
  return withMarks(stringValue(rendering.pieces.join("")), rendering.marks);
}

interface Rendering {
  readonly pieces: string[];
  marks: ReadonlySet<Mark>;
  isKnown: boolean;
}

function renderParts(parts: readonly TemplatePart[], scope: Scope, evaluation: Evaluation, into: Rendering): void {
  for (const part of parts) {
    if (part.kind === "text") into.pieces.push(part.text);
    else if (part.kind === "interpolation") renderInterpolation(part, scope, evaluation, into);
    else if (part.kind === "if") renderIf(part, scope, evaluation, into);
    else renderFor(part, scope, evaluation, into);
  }
}

function renderInterpolation(part: TemplateInterpolation, scope: Scope, evaluation: Evaluation, into: Rendering): void {
  const { expression } = part;
  const value = evaluation.evaluate(expression, scope);
  into.marks = union(into.marks, value.marks);
  const { value: text } = convert(value, STRING);
  if (text && isKnown(text) && !isNull(text)) {
    into.pieces.push(textOf(text));
    return;
  }
  into.isKnown = false;
  const place = { subject: expression.range, context: part.range };
  if (isNull(value)) evaluation.report(messages.nullInTemplate(place), expression, scope);
  else if (!text) evaluation.report(messages.wrongTypeInTemplate(value.type, place), expression, scope);
}

/** `%{ if condition }…%{ else }…%{ endif }` */
function renderIf(part: TemplateIf, scope: Scope, evaluation: Evaluation, into: Rendering): void {
  const condition = evaluateCondition(part.condition, part, scope, evaluation);
  if (condition) into.marks = union(into.marks, condition.marks);
  if (!condition || !isKnown(condition)) into.isKnown = false;
  else if (truthOf(condition)) renderParts(part.then, scope, evaluation, into);
  else renderParts(part.else, scope, evaluation, into);
}

/** `%{ for key, value in collection }…%{ endfor }` */
function renderFor(part: TemplateFor, scope: Scope, evaluation: Evaluation, into: Rendering): void {
  const { pairs, marks } = iterate(part.collection, part.range, scope, evaluation);
  into.marks = union(into.marks, marks);
  if (!pairs) into.isKnown = false;
  for (const pair of pairs ?? []) renderParts(part.body, roundScope(scope, part, pair), evaluation, into);
}
