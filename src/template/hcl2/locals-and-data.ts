import type { Diagnostic } from "../../language/diagnostic.ts";
import { childScope } from "../../language/evaluate/scope.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { mark } from "../../language/marks.ts";
import { objectValue, unknownValue, type Value } from "../../language/value.ts";
import type { LocalValue } from "../model.ts";
import { cycleFound } from "../messages/cycle-found.ts";
import { evaluateExplained } from "./evaluation.ts";
import { topologicalOrder } from "./graph.ts";
import type { Hcl2Context } from "./plan-context.ts";
import { readDataSource } from "./read-data-source.ts";
import type { LocalNode, ValueGraph, ValueNode } from "./value-graph.ts";

export interface LocalsAndData {
  readonly locals: readonly LocalValue[];
  /** By `type.name`. */
  readonly data: ReadonlyMap<string, Value>;
}

/** By address: `local.x`, `data.type.name`. */
type PendingValues = ReadonlyMap<string, Promise<Value>>;

/**
 * Evaluates local values and reads data sources, each as soon as what it refers to is there. `scope` has `var`, `path`,
 * `packer` and the functions.
 */
export async function evaluateLocalsAndData(
  context: Hcl2Context,
  graph: ValueGraph,
  scope: Scope,
): Promise<LocalsAndData> {
  const { order, cycles } = topologicalOrder(graph.dependencies);
  for (const cycle of cycles) context.report(cycleFound(cycle, graph));
  const values = new Map<string, Promise<Value>>();
  for (const address of order) {
    const needed = settled(graph.dependencies.get(address)!, values);
    const value = needed.then((known) => evaluateNode(graph.nodes.get(address)!, scopeWith(known, scope), context));
    values.set(address, value);
  }
  return collect(graph, values);
}

type AddressedValue = readonly [address: string, value: Value];

function settled(addresses: readonly string[], values: PendingValues): Promise<readonly AddressedValue[]> {
  return Promise.all(addresses.map(async (address) => [address, await values.get(address)!] as const));
}

async function collect(graph: ValueGraph, values: PendingValues): Promise<LocalsAndData> {
  const locals: LocalValue[] = [];
  const data = new Map<string, Value>();
  for (const [address, node] of graph.nodes) {
    // What is on a cycle, or needs it, is reported already.
    const value = (await values.get(address)) ?? unknownValue();
    if (node.kind === "data") data.set(node.address, value);
    else locals.push({ name: node.name, sensitive: node.sensitive, value });
  }
  return { locals, data };
}

function evaluateNode(node: ValueNode, scope: Scope, context: Hcl2Context): Promise<Value> {
  if (node.kind === "data") return readDataSource(node, scope, context);
  return evaluateLocal(node, scope, context);
}

async function evaluateLocal({ expression, sensitive }: LocalNode, scope: Scope, context: Hcl2Context): Promise<Value> {
  if (!expression) return unknownValue();
  const { value, problems } = await context.settle(() => {
    const problems: Diagnostic[] = [];
    const report = (...found: readonly Diagnostic[]) => void problems.push(...found);
    return { value: evaluateExplained(expression, scope, { references: context.references, report }), problems };
  });
  context.report(...problems);
  return sensitive ? mark(value) : value;
}

/** `local` and `data` as far as they are needed. */
function scopeWith(needed: readonly AddressedValue[], parent: Scope): Scope {
  return childScope(parent, [
    ["local", objectValue(membersOf("local", needed))],
    ["data", dataValue(new Map(membersOf("data", needed)))],
  ]);
}

function membersOf(root: string, values: readonly AddressedValue[]): readonly AddressedValue[] {
  const prefix = `${root}.`;
  const own = values.filter(([address]) => address.startsWith(prefix));
  return own.map(([address, value]) => [address.slice(prefix.length), value]);
}

/** Values by `type.name` as one object of objects. */
export function dataValue(values: ReadonlyMap<string, Value>): Value {
  const byType = new Map<string, [string, Value][]>();
  for (const [address, value] of values) {
    const [type, ...name] = address.split(".");
    byType.set(type!, [...(byType.get(type!) ?? []), [name.join("."), value]]);
  }
  return objectValue([...byType].map(([type, entries]) => [type, objectValue(entries)] as const));
}
