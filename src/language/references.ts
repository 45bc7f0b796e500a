import { SPLAT_ITEM, type Body, type Expression } from "./ast.ts";
import { childExpressions } from "./children.ts";
import { literalText } from "./literal-text.ts";
import { formatStep } from "./path-step.ts";
import type { SourceRange } from "./source.ts";

/**
 * A traversal in the text: a root name and the steps that are constant. `var.disks[0].size` → `var`, `disks`, 0,
 * `size`.
 */
export interface Reference {
  readonly root: string;
  readonly steps: readonly ReferenceStep[];
  /** All of it, as far as the steps go. */
  readonly range: SourceRange;
  readonly rootRange: SourceRange;
}

export interface ReferenceStep {
  readonly key: string | number;
  readonly range: SourceRange;
}

/**
 * Every reference in an expression or body (its blocks included), in source order, without evaluating anything.
 * Names bound by `for` and splats are not references. A step that is not constant ends the traversal.
 */
export function references(subject: Expression | Body): readonly Reference[] {
  const found: Reference[] = [];
  forEachExpression(subject, (node, bound) => {
    const reference = asTraversal(node);
    if (!reference) return true;
    if (!bound.has(reference.root)) found.push(reference);
    return false;
  });
  return found;
}

/** The names of all functions called in an expression or body. */
export function functionNames(subject: Expression | Body): ReadonlySet<string> {
  const names = new Set<string>();
  forEachExpression(subject, (node) => {
    if (node.kind === "call") names.add(node.name);
    return true;
  });
  return names;
}

type Visit = (node: Expression, bound: ReadonlySet<string>) => boolean;

/** Visits expressions outside in; `visit` says whether to go inside. An explicit stack: chains may be very long. */
function forEachExpression(subject: Expression | Body, visit: Visit): void {
  const splatItem: ReadonlySet<string> = new Set([SPLAT_ITEM]);
  const stack: { expression: Expression; bound: ReadonlySet<string> }[] = [];
  for (const expression of subject.kind === "body" ? bodyExpressions(subject) : [subject]) {
    stack.push({ expression, bound: splatItem });
    for (let next = stack.pop(); next; next = stack.pop()) {
      const { expression, bound } = next;
      if (!visit(expression, bound)) continue;
      const children = childExpressions(expression);
      for (let index = children.length - 1; index >= 0; index--) {
        const { expression, binds } = children[index]!;
        stack.push({ expression, bound: binds.length === 0 ? bound : new Set([...bound, ...binds]) });
      }
    }
  }
}

function bodyExpressions(body: Body): readonly Expression[] {
  const own = body.attributes.map((attribute) => attribute.expression);
  return [...own, ...body.blocks.flatMap((block) => bodyExpressions(block.body))];
}

/** The longest constant traversal that `node` is, or undefined when it is something else (or continues dynamically). */
function asTraversal(node: Expression): Reference | undefined {
  const steps: ReferenceStep[] = [];
  let current = node;
  for (;;) {
    if (current.kind === "variable") {
      return { root: current.name, steps: steps.reverse(), range: node.range, rootRange: current.range };
    }
    if (current.kind === "get-attribute") {
      steps.push({ key: current.name, range: current.nameRange });
      current = current.object;
    } else if (current.kind === "index") {
      const key = constantKey(current.key);
      if (key === undefined) return undefined;
      steps.push({ key, range: current.key.range });
      current = current.collection;
    } else return undefined;
  }
}

function constantKey(key: Expression): string | number | undefined {
  if (key.kind === "literal" && key.value.type === "number") return Number(key.value.text);
  return literalText(key);
}

/** The traversal as source text: `var.disks[0].size`. */
export function formatReference({ root, steps }: Reference): string {
  return root + steps.map(({ key }) => formatStep(key)).join("");
}
