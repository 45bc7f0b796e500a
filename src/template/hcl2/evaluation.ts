import type { Expression } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { evaluate } from "../../language/evaluate/evaluate.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { unknownValue, type Value } from "../../language/value.ts";
import { hasErrors } from "../../language/diagnostic.ts";
import type { References } from "./references.ts";

/** Evaluates, explains what is wrong in terms of the template, and goes on with an unknown value after an error. */
export function evaluateExplained(
  expression: Expression,
  scope: Scope,
  references: References,
  report: (...diagnostics: readonly Diagnostic[]) => void,
): Value {
  const { value, diagnostics } = evaluate(expression, scope);
  report(...diagnostics.map((diagnostic) => references.explain(diagnostic)));
  return hasErrors(diagnostics) ? unknownValue() : value;
}
