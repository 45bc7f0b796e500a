import type { Decimal } from "decimal.js";
import type { Binary, BinaryOperator, Expression, Unary } from "../ast.ts";
import { convert } from "../convert.ts";
import { valuesEqual } from "../equal.ts";
import { tidy } from "../number.ts";
import { deepMarks, union, withMarks } from "../marks.ts";
import { BOOL, boolValue, decimalOf, isKnown, isNull, NUMBER, numberValue, truthOf, unknownValue } from "../value.ts";
import type { Type, Value } from "../value.ts";
import type { Evaluation, Scope } from "./contract.ts";
import * as messages from "./messages.ts";

/** `! operand`, `- operand` */
export function evaluateUnary(node: Unary, scope: Scope, evaluation: Evaluation): Value {
  const type = node.operator === "!" ? BOOL : NUMBER;
  const value = evaluation.evaluate(node.operand, scope);
  const operand = operandOf(node.operand, value, type, node, scope, evaluation);
  if (!operand || !isKnown(operand)) return withMarks(unknownValue(type), value.marks);
  const result = type === BOOL ? boolValue(!truthOf(operand)) : numberValue(decimalOf(operand).negated());
  return withMarks(result, operand.marks);
}

/** `left operator right`. Chains lean left and can be very long (`a + b + c + …`), so they are walked, not recursed into. */
export function evaluateBinary(node: Binary, scope: Scope, evaluation: Evaluation): Value {
  const chain: Binary[] = [];
  let first: Expression = node;
  for (; first.kind === "binary"; first = first.left) chain.push(first);
  let value = evaluation.evaluate(first, scope);
  for (let link = chain.pop(); link; link = chain.pop()) value = combine(link, value, scope, evaluation);
  return value;
}

function combine(node: Binary, left: Value, scope: Scope, evaluation: Evaluation): Value {
  switch (node.operator) {
    case "==":
    case "!=":
      return compareEqual(node.operator === "==", left, evaluation.evaluate(node.right, scope));
    case "&&":
    case "||":
      return combineLogical(node, left, scope, evaluation);
    default:
      return combineNumbers(node, left, scope, evaluation);
  }
}

function compareEqual(positive: boolean, left: Value, right: Value): Value {
  const equal = valuesEqual(left, right);
  const result = equal === undefined ? unknownValue(BOOL) : boolValue(equal === positive);
  return withMarks(result, union(deepMarks(left), deepMarks(right)));
}

/** When the left side decides, the right side is not evaluated: `length(x) > 0 && x[0] == "a"` is safe. */
function combineLogical(node: Binary, leftValue: Value, scope: Scope, evaluation: Evaluation): Value {
  const deciding = node.operator === "||";
  const left = operandOf(node.left, leftValue, BOOL, node, scope, evaluation);
  if (left?.content === deciding) return left;
  const rightValue = evaluation.evaluate(node.right, scope);
  const right = operandOf(node.right, rightValue, BOOL, node, scope, evaluation);
  const marks = union(leftValue.marks, rightValue.marks);
  if (!left || !right) return withMarks(unknownValue(BOOL), marks);
  if (right.content === deciding || isKnown(left)) return withMarks(right, marks);
  return withMarks(unknownValue(BOOL), marks);
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
const comparisons: readonly BinaryOperator[] = ["<", "<=", ">", ">="];

function combineNumbers(node: Binary, leftValue: Value, scope: Scope, evaluation: Evaluation): Value {
  const operator = node.operator as NumberOperator;
  const unknown = unknownValue(comparisons.includes(operator) ? BOOL : NUMBER);
  const left = operandOf(node.left, leftValue, NUMBER, node, scope, evaluation);
  const rightValue = evaluation.evaluate(node.right, scope);
  const right = operandOf(node.right, rightValue, NUMBER, node, scope, evaluation);
  const marks = union(leftValue.marks, rightValue.marks);
  if (!left || !right) return withMarks(unknown, marks);
  if ((operator === "/" || operator === "%") && isKnown(right) && decimalOf(right).isZero()) {
    evaluation.report(messages.divisionByZero(node.right.range, node.range), node, scope);
    return withMarks(unknown, marks);
  }
  if (!isKnown(left) || !isKnown(right)) return withMarks(unknown, marks);
  const result = rules[operator](decimalOf(left), decimalOf(right));
  if (typeof result === "boolean") return withMarks(boolValue(result), marks);
  if (result.isFinite()) return withMarks(numberValue(tidy(result)), marks);
  evaluation.report(messages.numberOutOfRange(node.range), node, scope);
  return withMarks(unknown, marks);
}

/** The operand converted to what the operator works on, or undefined after reporting why it cannot be. */
function operandOf(
  part: Expression,
  value: Value,
  type: Type,
  node: Unary | Binary,
  scope: Scope,
  evaluation: Evaluation,
): Value | undefined {
  const name = node.kind === "unary" ? `unary ${node.operator}` : node.operator;
  if (isNull(value)) {
    evaluation.report(messages.nullOperand(name, part.range, node.range), part, scope);
    return undefined;
  }
  const result = convert(value, type);
  if (result.value) return result.value;
  evaluation.report(messages.invalidOperand(name, result.error, part.range, node.range), part, scope);
  return undefined;
}
