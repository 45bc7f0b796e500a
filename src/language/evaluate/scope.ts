import type { FunctionDefinition } from "../functions/definition.ts";
import type { Value } from "../value.ts";

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
  /** Told each result of a call that is sensitive or has something sensitive in it. */
  readonly onSensitive?: ((result: Value) => void) | undefined;
}

export function lookUpVariable(scope: Scope, name: string): Value | undefined {
  for (let current: Scope | undefined = scope; current; current = current.parent) {
    const value = current.variables.get(name);
    if (value) return value;
  }
  return undefined;
}

export function functionsOf(scope: Scope): Functions | undefined {
  for (let current: Scope | undefined = scope; current; current = current.parent) {
    if (current.functions) return current.functions;
  }
  return undefined;
}

export function variableNames(scope: Scope): readonly string[] {
  const names = new Set<string>();
  for (let current: Scope | undefined = scope; current; current = current.parent) {
    for (const name of current.variables.keys()) names.add(name);
  }
  return [...names];
}

export function childScope(parent: Scope, variables: Iterable<readonly [string, Value]>): Scope {
  return { parent, variables: new Map(variables) };
}
