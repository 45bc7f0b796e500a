import type { Expression } from "../ast.ts";
import type { ReferencedValue } from "../diagnostic.ts";
import { summarizeValue } from "../format-value.ts";
import { isSensitive } from "../marks.ts";
import { formatReference, references, type Reference } from "../references.ts";
import type { Value } from "../value.ts";
import { lookUpVariable } from "./scope.ts";
import type { Scope } from "./contract.ts";

const MOST_VALUES = 8;

/** What the references in an expression stand for, for a message about it. Secrets are named, never shown. */
export function referencedValues(expression: Expression, scope: Scope): readonly ReferencedValue[] {
  const found = new Map<string, string>();
  for (const reference of references(expression)) {
    if (found.size === MOST_VALUES) break;
    const resolved = resolve(reference, scope);
    if (resolved) found.set(formatReference(resolved.reference), summarizeValue(resolved.value));
  }
  return [...found].map(([traversal, description]) => ({ traversal, description }));
}

/** The value of the longest part of the reference that has one. Whatever is inside a secret is secret. */
function resolve(reference: Reference, scope: Scope): { value: Value; reference: Reference } | undefined {
  const root = lookUpVariable(scope, reference.root);
  if (!root) return undefined;
  let value: Value = root;
  for (const [index, { key }] of reference.steps.entries()) {
    const next: Value | undefined = memberOf(value, key);
    if (!next) return { value, reference: { ...reference, steps: reference.steps.slice(0, index) } };
    value = next;
  }
  return { value, reference };
}

function memberOf(value: Value, key: string | number): Value | undefined {
  const { type, content } = value;
  if (isSensitive(value)) return undefined;
  if (content instanceof Map) return (content as ReadonlyMap<string, Value>).get(String(key));
  const isIndexed = type.kind === "list" || type.kind === "tuple";
  if (!isIndexed || !Array.isArray(content)) return undefined;
  return (content as readonly Value[])[Number(key)];
}
