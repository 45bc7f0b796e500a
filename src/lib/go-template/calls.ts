import type { GoTemplate, Operand, TemplatePipeline, TemplateNode } from "./ast.ts";

/** A function called somewhere in a template, with its arguments as written. */
export type TemplateCall = Extract<Operand, { kind: "function" }> & { readonly args: readonly Operand[] };

/** Every function call of a template, in no particular order. */
export function functionCalls(template: GoTemplate): readonly TemplateCall[] {
  const calls: TemplateCall[] = [];
  const visitPipeline = (pipeline: TemplatePipeline | undefined): void => {
    for (const { operands } of pipeline?.commands ?? []) {
      const [head, ...args] = operands;
      if (head?.kind === "function") calls.push({ ...head, args });
      else if (head) visitOperand(head);
      for (const arg of args) visitOperand(arg);
    }
  };
  const visitOperand = (operand: Operand): void => {
    if (operand.kind === "function") calls.push({ ...operand, args: [] });
    if (operand.kind === "pipeline") visitPipeline(operand.pipeline);
    if (operand.kind === "field") visitOperand(operand.of);
  };
  const visit = (nodes: readonly TemplateNode[]): void => {
    for (const node of nodes) {
      if ("pipeline" in node) visitPipeline(node.pipeline);
      if ("then" in node) visit(node.then);
      if ("body" in node) visit(node.body);
      if ("else" in node) visit(node.else);
    }
  };
  visit(template.body);
  for (const nodes of template.definitions.values()) visit(nodes);
  return calls;
}
