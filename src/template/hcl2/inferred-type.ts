import { hasErrors } from "../../language/diagnostic.ts";
import { parseExpression } from "../../language/parse.ts";
import { unifyElements } from "../../language/unify.ts";
import { DYNAMIC, tupleOf, type Type, type Value } from "../../language/value.ts";
import type { VariableDeclaration } from "./variable-declaration.ts";

/** What the type of a variable, or else that of its default, asks of a value that is given for it. */

/** The type the value has to have, or undefined where any will do. */
export function typeFor(value: Value, declaration: VariableDeclaration): Type | undefined {
  const { type, isTyped } = declaration;
  if (!type || isEmptyDefault(declaration)) return undefined;
  if (isTyped || type.kind !== "tuple" || value.type.kind !== "tuple") return type;
  if (type.elements.length === value.type.elements.length) return type;
  // Nobody means by a list of one that there have to be as many: its elements say what the others are.
  const element = unifyElements(type.elements) ?? DYNAMIC;
  return tupleOf(value.type.elements.map(() => element));
}

/** Whether a text on the command line stands for itself; otherwise it is an expression. */
export function isPlainText(declaration: VariableDeclaration, text: string): boolean {
  const { type } = declaration;
  if (!type || type.kind === "dynamic" || type.kind === "string" || type.kind === "number") return true;
  if (!isEmptyDefault(declaration)) return false;
  const { expression, diagnostics } = parseExpression({ name: "<text>", text });
  return hasErrors(diagnostics) || (expression.kind !== "tuple" && expression.kind !== "object");
}

/** An empty list or object as the default says nothing about what is to be in it. */
function isEmptyDefault({ type, isTyped }: VariableDeclaration): boolean {
  if (isTyped) return false;
  if (type?.kind === "tuple") return type.elements.length === 0;
  return type?.kind === "object" && type.attributes.size === 0;
}
