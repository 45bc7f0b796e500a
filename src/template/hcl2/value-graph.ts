import type { Attribute, Block, Expression } from "../../language/ast.ts";
import { references as referencesIn, type Reference } from "../../language/references.ts";
import { BOOL, truthOf } from "../../language/value.ts";
import { checkShape } from "./check-shape.ts";
import type { Dependencies } from "./graph.ts";
import { readConstant } from "./input-variable.ts";
import type { Hcl2Context } from "./plan-context.ts";
import { missingArgument } from "../messages/blocks.ts";

/** Local values and data sources, and which of them each refers to. */
export interface ValueGraph {
  /** By address: `local.x`, `data.type.name`. */
  readonly nodes: ReadonlyMap<string, ValueNode>;
  readonly dependencies: Dependencies;
}

export type ValueNode = LocalNode | DataNode;

export interface LocalNode {
  readonly kind: "local";
  readonly name: string;
  readonly item: Block | Attribute;
  /** Absent after an error. */
  readonly expression: Expression | undefined;
  readonly sensitive: boolean;
}

export interface DataNode {
  readonly kind: "data";
  /** `type.name` */
  readonly address: string;
  readonly block: Block;
}

export function createValueGraph(context: Hcl2Context): ValueGraph {
  const { locals, dataSources } = context.declarations;
  const nodes = new Map<string, ValueNode>();
  for (const [name, item] of locals) nodes.set(`local.${name}`, readLocal(name, item, context));
  for (const [address, block] of dataSources) nodes.set(`data.${address}`, { kind: "data", address, block });
  const dependencies = new Map<string, readonly string[]>();
  for (const [address, node] of nodes) dependencies.set(address, neededBy(node, nodes));
  return { nodes, dependencies };
}

const localShape = {
  attributes: ["expression", "sensitive"],
  blocks: {},
  usualSlips: { value: "expression", default: "expression" },
};

function readLocal(name: string, item: Block | Attribute, { report }: Hcl2Context): LocalNode {
  if (item.kind === "attribute") return { kind: "local", name, item, expression: item.expression, sensitive: false };
  const { attributes, diagnostics } = checkShape(item.body, localShape, 'in a "local" block');
  const problems = [...diagnostics];
  const sensitive = readConstant(attributes.get("sensitive"), BOOL, truthOf, problems) ?? false;
  const expression = attributes.get("expression")?.expression;
  const isMisspelt = diagnostics.some(({ edits = [] }) => edits.some(({ text }) => text === "expression"));
  if (!expression && !isMisspelt) problems.push(missingArgument("expression", item.headerRange));
  report(...problems);
  return { kind: "local", name, item, expression, sensitive };
}

type Nodes = ValueGraph["nodes"];

/** The addresses a node refers to. */
function neededBy(node: ValueNode, nodes: Nodes): readonly string[] {
  const own = node.kind === "data" ? `data.${node.address}` : `local.${node.name}`;
  const needed = referencesOf(node).flatMap((reference) => addressedBy(reference, nodes, own));
  return [...new Set(needed)];
}

export function referencesOf(node: ValueNode): readonly Reference[] {
  const subject = node.kind === "data" ? node.block.body : node.expression;
  return subject ? referencesIn(subject) : [];
}

/** How many steps a whole address has. */
const addressLengths: ReadonlyMap<string, number> = new Map([
  ["local", 2],
  ["data", 3],
]);

/** A reference to all of a kind (`local`, `data.http`) needs every one of them but the node itself. */
function addressedBy({ root, steps }: Reference, nodes: Nodes, own: string): readonly string[] {
  const length = addressLengths.get(root);
  if (length === undefined) return [];
  const written = [root, ...steps.slice(0, length - 1).map(({ key }) => String(key))];
  const address = written.join(".");
  const isWhole = written.length === length;
  if (isWhole) return nodes.has(address) ? [address] : [];
  return [...nodes.keys()].filter((other) => other.startsWith(`${address}.`) && other !== own);
}
