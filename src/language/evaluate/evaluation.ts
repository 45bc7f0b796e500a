import type { Expression } from "../ast.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { Value } from "../value.ts";
import type { Scope } from "./scope.ts";

/** One evaluation under way: what the rules for the kinds of expression need from the whole. */
export interface Evaluation {
  /** The value; after a problem was reported an unknown one, so that evaluation goes on and finds the next problem. */
  evaluate(expression: Expression, scope: Scope): Value;
  /** Evaluates aside: problems are returned, not reported. */
  attempt(expression: Expression, scope: Scope): Evaluated;
  /** Reports a problem of `expression`; the values of its references are added to the diagnostic. */
  report(diagnostic: Diagnostic, expression: Expression, scope: Scope): void;
  /** Passes on a finished diagnostic of an attempt. */
  pass(diagnostic: Diagnostic): void;
}

export interface Evaluated {
  readonly value: Value;
  readonly diagnostics: readonly Diagnostic[];
}
