import type { Scope } from "../../language/evaluate/contract.ts";

/** The same chain of scopes on another base: unknown values of `build.*` are replaced by the real ones. */
export function rebase(scope: Scope, from: Scope, to: Scope): Scope {
  if (scope === from) return to;
  if (!scope.parent) return scope;
  const parent = rebase(scope.parent, from, to);
  return parent === scope.parent ? scope : { ...scope, parent };
}
