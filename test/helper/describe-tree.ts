import type { Body, Expression, TemplatePart } from "../../src/language/ast.ts";

/** An expression as nested lists: `a + b.c` is `(+ a (. b c))`. Literal strings are shown in quotes. */
export function describeExpression(node: Expression): string {
  const show = describeExpression;
  switch (node.kind) {
    case "literal":
      return node.value.type === "null"
        ? "null"
        : String(node.value.type === "number" ? node.value.text : node.value.value);
    case "template":
      return node.parts.every(({ kind }) => kind === "text")
        ? JSON.stringify(node.parts.map((part) => (part.kind === "text" ? part.text : "")).join(""))
        : `(template ${parts(node.parts)})`;
    case "template-wrap":
      return `(wrap ${show(node.expression)})`;
    case "tuple":
      return `[${node.items.map(show).join(", ")}]`;
    case "object":
      return `{${node.items.map(({ key, bareKey, value }) => `${bareKey ?? show(key)} = ${show(value)}`).join(", ")}}`;
    case "variable":
      return node.name;
    case "get-attribute":
      return `(. ${show(node.object)} ${node.name})`;
    case "index":
      return `(${node.legacy ? "legacy" : "index"} ${show(node.collection)} ${show(node.key)})`;
    case "splat":
      return `(${node.style} ${show(node.source)} ${show(node.each)})`;
    case "call":
      return `(${["call", node.name, ...node.args.map(show)].join(" ")}${node.expandFinal ? "..." : ""})`;
    case "unary":
      return `(${node.operator} ${show(node.operand)})`;
    case "binary":
      return `(${node.operator} ${show(node.left)} ${show(node.right)})`;
    case "conditional":
      return `(? ${show(node.condition)} ${show(node.then)} ${show(node.else)})`;
    case "parentheses":
      return `(paren ${show(node.expression)})`;
    case "for-tuple":
      return `(for-tuple ${names(node)} ${show(node.collection)} ${show(node.value)}${condition(node.condition)})`;
    case "for-object":
      return `(for-object ${names(node)} ${show(node.collection)} ${show(node.key)} => ${show(node.value)}${node.grouped ? "..." : ""}${condition(node.condition)})`;
    case "error":
      return "(error)";
  }
}

/** A body in one line: its arguments, then its blocks. */
export function describeBody(body: Body): string {
  const attributes = body.attributes.map(({ name, expression }) => `${name} = ${describeExpression(expression)}`);
  const blocks = body.blocks.map(({ type, labels, body: inner }) =>
    [type, ...labels.map(({ value }) => JSON.stringify(value)), `{${describeBody(inner)}}`].join(" "),
  );
  return [...attributes, ...blocks].join("; ");
}

function parts(nodes: readonly TemplatePart[]): string {
  return nodes.map(describePart).join(" ");
}

function describePart(part: TemplatePart): string {
  switch (part.kind) {
    case "text":
      return JSON.stringify(part.text);
    case "interpolation":
      return describeExpression(part.expression);
    case "if":
      return `(if ${describeExpression(part.condition)} (${parts(part.then)}) (${parts(part.else)}))`;
    case "for":
      return `(for ${names(part)} ${describeExpression(part.collection)} (${parts(part.body)}))`;
  }
}

function names({ keyName, valueName }: { readonly keyName?: string | undefined; readonly valueName: string }): string {
  return keyName === undefined ? valueName : `${keyName},${valueName}`;
}

function condition(node: Expression | undefined): string {
  return node === undefined ? "" : ` if ${describeExpression(node)}`;
}
