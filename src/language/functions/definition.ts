import type { FunctionCall } from "../ast.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import type { Functions, Scope } from "../evaluate/scope.ts";
import type { Type, Value } from "../value.ts";

export type FunctionGroup =
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

/** A function of the language: the single source of its behaviour, its checks and its documentation. */
export type FunctionDefinition = OrdinaryFunction | SpecialForm;

/** A function as its table has it: not yet told about the world it is called in. */
export type FunctionDeclaration = ContextualFunction | SpecialForm;

export interface ContextualFunction extends Omit<OrdinaryFunction, "call"> {
  readonly call: (args: readonly Value[], context: FunctionContext) => Value;
}

export function bindFunction(declaration: FunctionDeclaration, context: FunctionContext): FunctionDefinition {
  if (declaration.special) return declaration;
  return { ...declaration, call: (args) => declaration.call(args, context) };
}

interface Documented {
  readonly name: string;
  readonly group: FunctionGroup;
  readonly parameters: readonly Parameter[];
  /** Takes any further arguments. */
  readonly variadic?: Parameter | undefined;
  /** One or two sentences. */
  readonly description: string;
  /** An expression that can be tried as it stands, and what it gives. */
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

/** The world as functions see it. All paths are absolute. */
export interface FunctionContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Where the template is: what relative paths in functions start from. */
  readonly templateDir: string;
  readonly homeDir: string;
  /** Milliseconds since the epoch: one moment for the whole run, so that everything named after it agrees. */
  readonly startTime: number;
  /** What a template rendered by `templatefile` or `templatestring` may call. */
  readonly functions: Functions;
  /** Answers of remote calls (Vault, Consul, AWS) fetched before or between evaluations. */
  readonly remote: RemoteAnswers;
}

/** Functions are synchronous; a call that needs the network asks here, and is evaluated again when the answer is in. */
export interface RemoteAnswers {
  /** The answer, or undefined when it is not there yet (and is now wanted). @throws FunctionError when the call failed. */
  answer(request: RemoteRequest): Value | undefined;
}

export interface RemoteRequest {
  readonly service: "vault" | "consul" | "aws_secretsmanager";
  /** Arguments of the call, in its order. */
  readonly args: readonly (string | null)[];
}

/** The arguments of a call are wrong for the function. The message is a sentence. */
export class FunctionError extends Error {
  override readonly name = "FunctionError";
  /** Index of the argument at fault; the whole call when undefined. */
  readonly argument: number | undefined;
  /** Problems inside a text the function rendered (a template file), reported in place of the message. */
  readonly diagnostics: readonly Diagnostic[] | undefined;

  constructor(message: string, argument?: number, diagnostics?: readonly Diagnostic[]) {
    super(message);
    this.argument = argument;
    this.diagnostics = diagnostics;
  }
}
