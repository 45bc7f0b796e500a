import type { Expression, FunctionCall } from "../ast.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { Type, Value } from "../value.ts";

// Names, functions and the evaluation that uses them refer to each other, so their types stand together.

/** The names an expression may use. A child scope sees its parents' names and hides those it defines itself. */
export interface Scope {
  readonly parent?: Scope | undefined;
  readonly variables: ReadonlyMap<string, Value>;
  /** Inherited from the parent when absent. A `Map` of definitions, or a library which loads them when asked. */
  readonly functions?: Functions | undefined;
}

export interface Functions {
  get(name: string): FunctionDefinition | undefined;
  /** All names, for suggestions. */
  keys(): Iterable<string>;
  /** Called with each result of a function that is sensitive or contains something sensitive. */
  readonly onSensitive?: ((result: Value) => void) | undefined;
}

/** One evaluation in progress: what the rules for each kind of expression need from the whole. */
export interface Evaluation {
  /** The value; an unknown one after reporting a problem, so that evaluation continues and finds the next problem. */
  evaluate(expression: Expression, scope: Scope): Value;
  /** Evaluates without reporting: problems are returned. */
  attempt(expression: Expression, scope: Scope): Evaluated;
  /** Reports a problem of `expression`; the values of its references are added to the diagnostic. */
  report(diagnostic: Diagnostic, expression: Expression, scope: Scope): void;
  /** Passes on a finished diagnostic of an attempt. */
  pass(diagnostic: Diagnostic): void;
}

/** An expression being evaluated, its scope, and the evaluation it is part of. */
export interface EvaluationSite<Node extends Expression = Expression> {
  readonly node: Node;
  readonly scope: Scope;
  readonly evaluation: Evaluation;
}

export interface Evaluated {
  readonly value: Value;
  readonly diagnostics: readonly Diagnostic[];
}

/** A function of the language: the single source of its behaviour, its checks and its documentation. */
export type FunctionDefinition = OrdinaryFunction | SpecialForm;

interface Documented {
  readonly name: string;
  readonly group: FunctionGroup;
  readonly parameters: readonly Parameter[];
  /** Takes any further arguments. */
  readonly variadic?: Parameter | undefined;
  /** One or two sentences. */
  readonly description: string;
  /** An expression that can be evaluated as it is, and its result. */
  readonly example: readonly [expression: string, result: string];
}

export interface OrdinaryFunction extends Documented {
  readonly special?: undefined;
  /** The type of the result; asked for when an argument is unknown, so it may look at types only. */
  readonly returns: Type | ((args: readonly Value[]) => Type);
  /** The result is secret whatever the arguments are. */
  readonly secretResult?: boolean | undefined;
  /** @throws FunctionError for arguments it cannot work with. */
  readonly call: (args: readonly Value[]) => Value;
}

/** A function which decides itself which of its arguments are evaluated, and how (`try`, `can`, `convert`). */
export interface SpecialForm extends Documented {
  /** The items of a last argument that is expanded with `...` become arguments of their own. */
  readonly takesItems?: boolean | undefined;
  readonly special: (call: FunctionCall, scope: Scope, evaluation: Evaluation) => Value;
}

export interface Parameter {
  readonly name: string;
  /** Arguments are converted to this. `dynamic` takes anything. */
  readonly type: Type;
  /** Null is an error unless this is set. */
  readonly allowNull?: boolean | undefined;
  /** How far the function looks into the argument; see {@link Depth}. `deep` unless given. */
  readonly depth?: Depth | undefined;
}

/**
 * `deep`: at everything in it. All must be known, and the result carries the marks of all of it.
 * `shallow`: at the container only, and passes elements through. Only the container must be known, only its own marks
 * go to the result, elements keep theirs.
 * `raw`: the function deals with unknown values and marks itself.
 */
export type Depth = "deep" | "shallow" | "raw";

type FunctionGroup =
  | "string"
  | "collection"
  | "number"
  | "encoding"
  | "file"
  | "time"
  | "hash"
  | "network"
  | "type"
  | "control"
  | "secret";
