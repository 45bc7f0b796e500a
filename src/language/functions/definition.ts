import type { Diagnostic } from "../diagnostic.ts";
import type { FunctionDefinition, Functions, OrdinaryFunction, SpecialForm } from "../evaluate/contract.ts";
import type { Value } from "../value.ts";

/** A function as its table has it: without the environment it is called in. */
export type FunctionDeclaration = ContextualFunction | SpecialForm;

interface ContextualFunction extends Omit<OrdinaryFunction, "call"> {
  readonly call: (args: readonly Value[], context: FunctionContext) => Value;
}

export function bindFunction(declaration: FunctionDeclaration, context: FunctionContext): FunctionDefinition {
  if (declaration.special) return declaration;
  return { ...declaration, call: (args) => declaration.call(args, context) };
}

/** The environment of a call. Paths are absolute where nothing else is said. */
export interface FunctionContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Where the template is: what relative paths in functions start from. */
  readonly templateDir: string;
  /** The same as the user gave it (`path.root`), perhaps relative to the current directory. */
  readonly templateRoot?: string | undefined;
  readonly homeDir: string;
  /** Milliseconds since the epoch: the same for a whole run, so that everything named after it agrees. */
  readonly startTime: number;
  /** What a template rendered by `templatefile` or `templatestring` may call. */
  readonly functions: Functions;
  /** Answers of remote calls (Vault, Consul, AWS) fetched before or between evaluations. */
  readonly remote: RemoteAnswers;
}

/** Functions are synchronous; a call that needs the network asks here, and is evaluated again when the answer is in. */
interface RemoteAnswers {
  /**
   * The answer, or undefined when it is not there yet (and is now wanted). @throws FunctionError when the call failed.
   */
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
