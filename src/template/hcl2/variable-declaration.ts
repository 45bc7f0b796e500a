import type { Expression } from "../../language/ast.ts";
import type { SourceRange } from "../../language/source.ts";
import type { Type, Value } from "../../language/value.ts";

/** An input variable as declared, before it has a value. */
export interface VariableDeclaration {
  readonly name: string;
  readonly range: SourceRange;
  readonly description: string | undefined;
  /** Declared with `type`, or that of the default; undefined where there is neither. */
  readonly type: Type | undefined;
  /** Whether `type` was written: a type that only follows from the default binds primitives alone. */
  readonly isTyped: boolean;
  readonly default: Value | undefined;
  readonly sensitive: boolean;
  readonly validations: readonly Validation[];
  /** Something is wrong with the declaration itself, and reported. */
  readonly isBroken: boolean;
}

export interface Validation {
  readonly condition: Expression;
  readonly message: Expression;
}
