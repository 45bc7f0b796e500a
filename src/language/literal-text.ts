import type { Expression } from "./ast.ts";

/** The text of an expression that is a plain string. */
export function literalText(node: Expression): string | undefined {
  if (node.kind !== "template" || node.parts.length > 1) return undefined;
  const [part] = node.parts;
  if (!part) return "";
  return part.kind === "text" ? part.text : undefined;
}
