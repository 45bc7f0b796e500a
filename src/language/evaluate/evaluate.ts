import type { Expression } from "../ast.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { parseNumber } from "../number.ts";
import { boolValue, NUMBER, nullValue, numberValue, tupleValue, unknownValue, type Value } from "../value.ts";
import { evaluateCall } from "./call.ts";
import { evaluateConditional } from "./conditional.ts";
import type { Evaluated, Evaluation, Scope } from "./contract.ts";
import { evaluateForObject, evaluateForTuple } from "./for.ts";
import * as messages from "../messages/evaluation-messages.ts";
import { evaluateObject } from "./object.ts";
import { evaluateBinary, evaluateUnary } from "./operators.ts";
import { referencedValues } from "./referenced-values.ts";
import { evaluateSplat } from "./splat.ts";
import { evaluateTemplate } from "./template.ts";
import { evaluateTraversal, evaluateVariable } from "./traversal.ts";

/** Expressions nested deeper than this are refused rather than risking the stack. Chains (`a + b + …`) do not nest. */
export const MAX_DEPTH = 1_000;

/**
 * The value of an expression. Never throws: problems come back as diagnostics, each pointing at the part at fault and
 * listing the values it refers to (secrets masked), and what could not be computed is an unknown value.
 * Source: HCL native syntax specification, "Expressions" (hclsyntax/spec.md of hashicorp/hcl v2, MPL-2.0; facts only).
 */
export function evaluate(expression: Expression, scope: Scope): Evaluated {
  return evaluateAt(expression, scope, 0);
}

function evaluateAt(expression: Expression, scope: Scope, startDepth: number): Evaluated {
  const diagnostics: Diagnostic[] = [];
  let depth = startDepth;
  const evaluation: Evaluation = {
    evaluate(expression, scope) {
      if (depth >= MAX_DEPTH) {
        diagnostics.push(messages.nestedTooDeep(expression.range));
        return unknownValue();
      }
      depth++;
      const value = evaluateNode(expression, scope, evaluation);
      depth--;
      return value;
    },
    attempt: (expression, scope) => evaluateAt(expression, scope, depth),
    pass: (diagnostic) => void diagnostics.push(diagnostic),
    report(diagnostic, expression, scope) {
      // The same mistake in every round of a loop is one mistake.
      if (diagnostics.some((earlier) => isSameMistake(earlier, diagnostic))) return;
      const values = referencedValues(expression, scope);
      diagnostics.push(values.length === 0 ? diagnostic : { ...diagnostic, values });
    },
  };
  const value = evaluation.evaluate(expression, scope);
  return { value, diagnostics };
}

function isSameMistake(a: Diagnostic, b: Diagnostic): boolean {
  return a.code === b.code && a.subject?.start === b.subject?.start && a.subject?.file === b.subject?.file;
}

function evaluateNode(node: Expression, scope: Scope, evaluation: Evaluation): Value {
  switch (node.kind) {
    case "literal":
      return evaluateLiteral(node, scope, evaluation);
    case "template":
      return evaluateTemplate(node, scope, evaluation);
    case "template-wrap":
    case "parentheses":
      return evaluation.evaluate(node.expression, scope);
    case "tuple":
      return tupleValue(node.items.map((item) => evaluation.evaluate(item, scope)));
    case "object":
      return evaluateObject(node, scope, evaluation);
    case "variable":
      return evaluateVariable(node, scope, evaluation);
    case "get-attribute":
    case "index":
      return evaluateTraversal(node, scope, evaluation);
    case "splat":
      return evaluateSplat(node, scope, evaluation);
    case "call":
      return evaluateCall(node, scope, evaluation);
    case "unary":
      return evaluateUnary(node, scope, evaluation);
    case "binary":
      return evaluateBinary(node, scope, evaluation);
    case "conditional":
      return evaluateConditional(node, scope, evaluation);
    case "for-tuple":
      return evaluateForTuple(node, scope, evaluation);
    case "for-object":
      return evaluateForObject(node, scope, evaluation);
    case "error":
      return unknownValue();
  }
}

function evaluateLiteral(node: Extract<Expression, { kind: "literal" }>, scope: Scope, evaluation: Evaluation): Value {
  if (node.value.type === "null") return nullValue();
  if (node.value.type === "bool") return boolValue(node.value.value);
  const number = parseNumber(node.value.text);
  if (number) return numberValue(number);
  evaluation.report(messages.numberOutOfRange(node.range), node, scope);
  return unknownValue(NUMBER);
}
