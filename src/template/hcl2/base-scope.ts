import type { Scope } from "../../language/evaluate/contract.ts";

/** The same chain of scopes on another foundation: what was said about `build.*` at load, with its real values. */
export function rebase(scope: Scope, from: Scope, to: Scope): Scope {
  if (scope === from) return to;
  if (!scope.parent) return scope;
  const parent = rebase(scope.parent, from, to);
  return parent === scope.parent ? scope : { ...scope, parent };
}
