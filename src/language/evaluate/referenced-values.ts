import type { Expression } from "../ast.ts";
import type { ReferencedValue } from "../diagnostic.ts";
import { summarizeValue } from "../format-value.ts";
import { isSensitive } from "../marks.ts";
import { formatReference, references, type Reference } from "../references.ts";
import type { Value } from "../value.ts";
import { lookUpVariable, type Scope } from "./scope.ts";

const MOST_VALUES = 8;

/** What the references in an expression stand for, for a message about it. Secrets are named, never shown. */
export function referencedValues(expression: Expression, scope: Scope): readonly ReferencedValue[] {
  const found = new Map<string, string>();
  for (const reference of references(expression)) {
    if (found.size === MOST_VALUES) break;
    const value = resolve(reference, scope);
    if (value) found.set(formatReference(reference), summarizeValue(value));
  }
  return [...found].map(([traversal, description]) => ({ traversal, description }));
}

function resolve({ root, steps }: Reference, scope: Scope): Value | undefined {
  let value = lookUpVariable(scope, root);
  for (const { key } of steps) {
    // Whatever is inside a secret is secret.
    if (!value || isSensitive(value)) return value;
    value = value.content instanceof Map ? value.content.get(String(key)) : elementAt(value, key);
  }
  return value;
}

function elementAt(value: Value, key: string | number): Value | undefined {
  return Array.isArray(value.content) ? (value.content as readonly Value[])[Number(key)] : undefined;
}
