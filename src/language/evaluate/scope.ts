import type { Value } from "../value.ts";
import type { Functions, Scope } from "./contract.ts";

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

/** The scope of one round of a `for`. */
export function roundScope(
  parent: Scope,
  { keyName, valueName }: { readonly keyName?: string | undefined; readonly valueName: string },
  [key, value]: readonly [key: Value, value: Value],
): Scope {
  const variables = new Map<string, Value>();
  if (keyName !== undefined) variables.set(keyName, key);
  variables.set(valueName, value);
  return { parent, variables };
}

export function childScope(parent: Scope, variables: Iterable<readonly [string, Value]>): Scope {
  return { parent, variables: new Map(variables) };
}
