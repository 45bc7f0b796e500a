import type { Decimal } from "decimal.js";
import type { Binary, BinaryOperator, Expression, Unary } from "../ast.ts";
import { convert } from "../convert.ts";
import { hasErrors } from "../diagnostic.ts";
import { valuesEqual } from "../equal.ts";
import { tidy } from "../number.ts";
import { deepMarks, union, withMarks } from "../marks.ts";
import {
  BOOL,
  boolValue,
  decimalOf,
  isKnown,
  isNull,
  NO_MARKS,
  NUMBER,
  numberValue,
  STRING,
  truthOf,
  unknownValue,
} from "../value.ts";
import type { Type, Value } from "../value.ts";
import type { Evaluation, Scope, EvaluationSite } from "./contract.ts";
import * as messages from "../messages/evaluation-messages.ts";
import { asOneText, concatenationIn } from "./concatenation.ts";

/** `! operand`, `- operand` */
export function evaluateUnary(node: Unary, scope: Scope, evaluation: Evaluation): Value {
  const { type, apply } = unaryOperators[node.operator];
  const value = evaluation.evaluate(node.operand, scope);
  const operand = operandOf(node.operand, value, type, { node, scope, evaluation });
  if (!operand || !isKnown(operand)) return withMarks(unknownValue(type), value.marks);
  return withMarks(apply(operand), operand.marks);
}

interface UnaryRule {
  readonly type: Type;
  readonly apply: (operand: Value) => Value;
}

const unaryOperators: { readonly [Operator in Unary["operator"]]: UnaryRule } = {
  "!": { type: BOOL, apply: (operand) => boolValue(!truthOf(operand)) },
  "-": { type: NUMBER, apply: (operand) => numberValue(decimalOf(operand).negated()) },
};

/** `left operator right`. Chains lean left and can be very long (`a + b + c + …`), so they are walked, not recursed into. */
export function evaluateBinary(node: Binary, scope: Scope, evaluation: Evaluation): Value {
  const chain: Binary[] = [];
  let first: Expression = node;
  for (; first.kind === "binary"; first = first.left) chain.push(first);
  const texts = concatenationIn(chain, first);
  if (texts) return refuseConcatenation(texts, { node, scope, evaluation });
  let value = evaluation.evaluate(first, scope);
  for (let link = chain.pop(); link; link = chain.pop()) value = combine(value, { node: link, scope, evaluation });
  return value;
}

type BinarySite = EvaluationSite<Binary>;

/** One mistake, however many operands there are. */
function refuseConcatenation(operands: readonly Expression[], { node, scope, evaluation }: BinarySite): Value {
  const values = operands.map((operand) => evaluation.evaluate(operand, scope));
  evaluation.report(messages.textsAdded(node.range, asOneText(node.range, operands)), node, scope);
  const marks = values.reduce((all, value) => union(all, deepMarks(value)), NO_MARKS);
  return withMarks(unknownValue(STRING), marks);
}

function combine(left: Value, site: BinarySite): Value {
  const { node, scope, evaluation } = site;
  switch (node.operator) {
    case "==":
    case "!=":
      return compareEqual(node.operator === "==", left, evaluation.evaluate(node.right, scope));
    case "&&":
    case "||":
      return combineLogical(left, site);
    default:
      return combineNumbers(node.operator, left, site);
  }
}

function compareEqual(positive: boolean, left: Value, right: Value): Value {
  const marks = union(deepMarks(left), deepMarks(right));
  const equal = valuesEqual(left, right);
  if (equal === undefined) return withMarks(unknownValue(BOOL), marks);
  return withMarks(boolValue(equal === positive), marks);
}

/** When the left side decides, problems on the right side do not count: `length(x) > 0 && x[0] == "a"` is safe. */
function combineLogical(leftValue: Value, site: BinarySite): Value {
  const { node, scope, evaluation } = site;
  const deciding = node.operator === "||";
  const left = operandOf(node.left, leftValue, BOOL, site);
  if (left?.content === deciding) {
    checkIdleOperand(site);
    return left;
  }
  const rightValue = evaluation.evaluate(node.right, scope);
  const right = operandOf(node.right, rightValue, BOOL, site);
  const marks = union(leftValue.marks, rightValue.marks);
  if (!left || !right) return withMarks(unknownValue(BOOL), marks);
  if (right.content === deciding || isKnown(left)) return withMarks(right, marks);
  return withMarks(unknownValue(BOOL), marks);
}

/** What has a value, but can never be a bool, is a mistake whichever side decides. */
function checkIdleOperand(site: BinarySite): void {
  const { node, scope, evaluation } = site;
  const { value, diagnostics } = evaluation.attempt(node.right, scope);
  if (!hasErrors(diagnostics) && !isNull(value)) operandOf(node.right, value, BOOL, site);
}

type NumberOperator = Exclude<BinaryOperator, "==" | "!=" | "&&" | "||">;

const rules: { readonly [Operator in NumberOperator]: (a: Decimal, b: Decimal) => Decimal | boolean } = {
  "+": (a, b) => a.plus(b),
  "-": (a, b) => a.minus(b),
  "*": (a, b) => a.times(b),
  "/": (a, b) => a.dividedBy(b),
  "%": (a, b) => a.modulo(b),
  "<": (a, b) => a.lessThan(b),
  "<=": (a, b) => a.lessThanOrEqualTo(b),
  ">": (a, b) => a.greaterThan(b),
  ">=": (a, b) => a.greaterThanOrEqualTo(b),
};
const comparisons: readonly NumberOperator[] = ["<", "<=", ">", ">="];

function combineNumbers(operator: NumberOperator, leftValue: Value, site: BinarySite): Value {
  const { node, scope, evaluation } = site;
  const left = operandOf(node.left, leftValue, NUMBER, site);
  const rightValue = evaluation.evaluate(node.right, scope);
  const right = operandOf(node.right, rightValue, NUMBER, site);
  return withMarks(compute(operator, left, right, site), union(leftValue.marks, rightValue.marks));
}

function compute(
  operator: NumberOperator,
  left: Value | undefined,
  right: Value | undefined,
  { node, scope, evaluation }: BinarySite,
): Value {
  const unknown = unknownValue(comparisons.includes(operator) ? BOOL : NUMBER);
  if (!left || !right) return unknown;
  if ((operator === "/" || operator === "%") && isKnown(right) && decimalOf(right).isZero()) {
    evaluation.report(messages.divisionByZero({ subject: node.right.range, context: node.range }), node, scope);
    return unknown;
  }
  if (!isKnown(left) || !isKnown(right)) return unknown;
  const result = rules[operator](decimalOf(left), decimalOf(right));
  if (typeof result === "boolean") return boolValue(result);
  if (result.isFinite()) return numberValue(tidy(result));
  evaluation.report(messages.numberOutOfRange(node.range), node, scope);
  return unknown;
}

/** The operand converted to what the operator works on, or undefined after reporting why it cannot be. */
function operandOf(
  part: Expression,
  value: Value,
  type: Type,
  { node, scope, evaluation }: EvaluationSite<Unary | Binary>,
): Value | undefined {
  const name = node.kind === "unary" ? `unary ${node.operator}` : node.operator;
  const place = { subject: part.range, context: node.range };
  if (isNull(value)) {
    evaluation.report(messages.nullOperand(name, place), part, scope);
    return undefined;
  }
  const result = convert(value, type);
  if (!result.value) evaluation.report(messages.invalidOperand(name, result.error, place), part, scope);
  return result.value;
}
