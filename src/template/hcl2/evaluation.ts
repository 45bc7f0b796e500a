import type { Expression } from "../../language/ast.ts";
import { hasErrors } from "../../language/diagnostic.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { evaluate } from "../../language/evaluate/evaluate.ts";
import { unknownValue, type Value } from "../../language/value.ts";
import type { Report } from "../diagnostics.ts";
import type { References } from "./references.ts";

/** Reports problems in the terms of the template. */
export interface ExplainingContext {
  readonly references: References;
  readonly report: Report;
}

/** Evaluates, explains what is wrong in terms of the template, and goes on with an unknown value after an error. */
export function evaluateExplained(
  expression: Expression,
  scope: Scope,
  { references, report }: ExplainingContext,
): Value {
  const { value, diagnostics } = evaluate(expression, scope);
  report(...diagnostics.map((diagnostic) => references.explain(diagnostic)));
  return hasErrors(diagnostics) ? unknownValue() : value;
}
