import type { Attribute, Block, Expression } from "../../language/ast.ts";
import { convert } from "../../language/convert.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { expandDynamicBlocks } from "../../language/dynamic-blocks.ts";
import { childScope } from "../../language/evaluate/scope.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { valueFromJs } from "../../language/from-js.ts";
import { mark } from "../../language/marks.ts";
import { parseExpression } from "../../language/parse.ts";
import { lineOf } from "../../language/position.ts";
import { formatReference, references as referencesIn } from "../../language/references.ts";
import type { SourceRange } from "../../language/source.ts";
import { parseTypeConstraint } from "../../language/type-constraint.ts";
import { BOOL, DYNAMIC, objectValue, truthOf, unknownValue, type Type, type Value } from "../../language/value.ts";
import type { DataSource } from "../../sdk/component.ts";
import type { ReadDataSource } from "../load-options.ts";
import { BuildError } from "../../sdk/error.ts";
import { decodeComponent } from "../decode.ts";
import { error } from "../diagnostics.ts";
import type { Interpolator } from "../interpolate/interpolator.ts";
import { checkShape } from "./block-shape.ts";
import { bodyArguments } from "./body-arguments.ts";
import { headerOf, type Declarations } from "./declarations.ts";
import { evaluateExplained } from "./evaluation.ts";
import { topologicalOrder, type Dependencies } from "./graph.ts";
import { missingArgument, readConstant } from "./input-variable.ts";
import type { References } from "./references.ts";

/** What evaluating locals and data sources takes. */
export interface EvaluationContext {
  readonly declarations: Declarations;
  /** `var`, `path`, `packer` and the functions. */
  readonly scope: Scope;
  readonly references: References;
  readonly interpolator: Interpolator;
  /** Finds a data source's component; reports one that does not exist. */
  readonly dataSource: (type: string, block: Block) => DataSource | undefined;
  readonly readDataSource: ReadDataSource | undefined;
  /** Repeats a synchronous evaluation until the functions it called have what they need from the network. */
  readonly settle: <Result>(evaluation: () => Result) => Promise<Result>;
  readonly report: (...diagnostics: readonly Diagnostic[]) => void;
  readonly onSecrets: (secrets: readonly string[]) => void;
}

interface EvaluatedLocal {
  readonly name: string;
  readonly sensitive: boolean;
  readonly value: Value;
}

export interface LocalsAndData {
  readonly locals: readonly EvaluatedLocal[];
  /** By `type.name`. */
  readonly data: ReadonlyMap<string, Value>;
}

interface Graph {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly dependencies: Dependencies;
}

/** A local value (`local.x`) or data source (`data.type.name`). */
type GraphNode =
  | {
      readonly kind: "local";
      readonly name: string;
      readonly item: Block | Attribute;
      readonly expression: Expression | undefined;
      readonly sensitive: boolean;
    }
  | { readonly kind: "data"; readonly address: string; readonly block: Block };

/** Evaluates local values and reads data sources, each as soon as what it refers to is there. */
export async function evaluateLocalsAndData(context: EvaluationContext): Promise<LocalsAndData> {
  const graph = buildGraph(context);
  const { order, cycles } = topologicalOrder(graph.dependencies);
  for (const cycle of cycles) context.report(cycleFound(cycle, graph));
  const values = new Map<string, Promise<Value>>();
  for (const address of order) {
    const needs = graph.dependencies.get(address)!;
    values.set(address, evaluateNode(graph.nodes.get(address)!, needs, values, context));
  }
  return collect(graph, values);
}

async function collect(graph: Graph, values: ReadonlyMap<string, Promise<Value>>): Promise<LocalsAndData> {
  const locals: EvaluatedLocal[] = [];
  const data = new Map<string, Value>();
  for (const [address, node] of graph.nodes) {
    // What is on a cycle, or needs it, is reported already.
    const value = (await values.get(address)) ?? unknownValue();
    if (node.kind === "data") data.set(node.address, value);
    else locals.push({ name: node.name, sensitive: node.sensitive, value });
  }
  return { locals, data };
}

function buildGraph(context: EvaluationContext): Graph {
  const { declarations } = context;
  const nodes = new Map<string, GraphNode>();
  for (const [name, item] of declarations.locals) nodes.set(`local.${name}`, readLocal(name, item, context));
  for (const [address, block] of declarations.dataSources)
    nodes.set(`data.${address}`, { kind: "data", address, block });
  const dependencies = new Map<string, readonly string[]>();
  for (const [address, node] of nodes) dependencies.set(address, neededBy(node, nodes));
  return { nodes, dependencies };
}

const localShape = { attributes: ["expression", "sensitive"], blocks: {} };

function readLocal(name: string, item: Block | Attribute, { report }: EvaluationContext): GraphNode {
  if (item.kind === "attribute") return { kind: "local", name, item, expression: item.expression, sensitive: false };
  const { attributes, diagnostics } = checkShape(item.body, localShape, 'in a "local" block');
  const problems = [...diagnostics];
  const sensitive = readConstant(attributes.get("sensitive"), BOOL, truthOf, problems) ?? false;
  const expression = attributes.get("expression")?.expression;
  if (!expression) problems.push(missingArgument("expression", item.headerRange));
  report(...problems);
  return { kind: "local", name, item, expression, sensitive };
}

/** The nodes a node refers to. A reference to all of a kind (`local`, `data.http`) needs every one of them but itself. */
function neededBy(node: GraphNode, nodes: ReadonlyMap<string, GraphNode>): readonly string[] {
  const subject = node.kind === "data" ? node.block.body : node.expression;
  if (!subject) return [];
  const needed = new Set<string>();
  for (const reference of referencesIn(subject)) {
    if (reference.root !== "local" && reference.root !== "data") continue;
    const length = reference.root === "local" ? 2 : 3;
    const steps = [reference.root, ...reference.steps.slice(0, length - 1).map(({ key }) => String(key))];
    const address = steps.join(".");
    if (steps.length === length) {
      if (nodes.has(address)) needed.add(address);
    } else {
      const own = node.kind === "data" ? `data.${node.address}` : `local.${node.name}`;
      for (const other of nodes.keys()) if (other.startsWith(`${address}.`) && other !== own) needed.add(other);
    }
  }
  return [...needed];
}

async function evaluateNode(
  node: GraphNode,
  needs: readonly string[],
  values: ReadonlyMap<string, Promise<Value>>,
  context: EvaluationContext,
): Promise<Value> {
  const needed = await Promise.all(needs.map(async (address) => [address, await values.get(address)!] as const));
  const scope = scopeWith(new Map(needed), context.scope);
  if (node.kind === "data") return await readData(node, scope, context);
  const { expression, sensitive } = node;
  if (!expression) return unknownValue();
  const problems: Diagnostic[] = [];
  const value = await context.settle(() => {
    problems.length = 0;
    return evaluateExplained(expression, scope, context.references, (...found) => problems.push(...found));
  });
  context.report(...problems);
  return sensitive ? mark(value) : value;
}

/** `local` and `data` as far as they are needed. */
function scopeWith(needed: ReadonlyMap<string, Value>, parent: Scope): Scope {
  const locals = [...needed].filter(([address]) => address.startsWith("local."));
  const data = [...needed].filter(([address]) => address.startsWith("data."));
  return childScope(parent, [
    ["local", objectValue(locals.map(([address, value]) => [address.slice("local.".length), value] as const))],
    ["data", dataValue(new Map(data.map(([address, value]) => [address.slice("data.".length), value])))],
  ]);
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

async function readData(
  { address, block }: Extract<GraphNode, { kind: "data" }>,
  scope: Scope,
  context: EvaluationContext,
): Promise<Value> {
  const component = context.dataSource(block.labels[0]!.value, block);
  if (!component) return unknownValue();
  const decoded = await context.settle(() => {
    const expanded = expandDynamicBlocks(block.body, scope);
    const args = bodyArguments(expanded.body, { references: context.references });
    context.onSecrets(args.secrets);
    const input = {
      component,
      args,
      header: block.headerRange,
      interpolator: context.interpolator,
      scope: {},
      weak: false,
      metaArguments: [],
    };
    const { config, diagnostics } = decodeComponent(input);
    return { config, diagnostics: [...expanded.diagnostics, ...diagnostics] };
  });
  context.report(...decoded.diagnostics);
  const types = outputTypes(component);
  const unknown = objectValue([...types].map(([name, type]) => [name, unknownValue(type)] as const));
  if (decoded.config === undefined || !context.readDataSource) return unknown;
  try {
    const output = await context.readDataSource(`data.${address}`, component, decoded.config);
    return objectValue([...types].map(([name, type]) => [name, typed(valueFromJs(output[name]), type)] as const));
  } catch (failure) {
    if (!(failure instanceof BuildError)) throw failure;
    context.report(failedRead(address, failure, block.headerRange));
    return unknown;
  }
}

function outputTypes(component: DataSource): ReadonlyMap<string, Type> {
  const parse = (text: string): Type => {
    const { expression } = parseExpression({ name: `<output of ${component.type}>`, text });
    return parseTypeConstraint(expression).type;
  };
  return new Map(Object.entries(component.outputs).map(([name, text]) => [name, parse(text)]));
}

const typed = (value: Value, type: Type): Value => (type === DYNAMIC ? value : (convert(value, type).value ?? value));

function failedRead(address: string, failure: BuildError, subject: SourceRange): Diagnostic {
  const cause = failure.cause instanceof Error ? ` ${failure.cause.message}` : "";
  const hint = failure.hint === undefined ? "" : `\n${failure.hint}`;
  return error(
    "data-source-failed",
    "Data source could not be read",
    `data.${address}: ${failure.message}${cause}${hint}`,
    subject,
  );
}

/** Shows the whole way round, with the place of every reference on it. */
function cycleFound(cycle: readonly string[], { nodes }: Graph): Diagnostic {
  const steps = cycle.slice(0, -1).map((address, index) => {
    const range = referenceRange(nodes.get(address)!, cycle[index + 1]!);
    return { range, text: `  ${address} refers to ${cycle[index + 1]!} at ${placeOf(range)}` };
  });
  const detail = [
    `These values depend on each other in a circle: ${cycle.join(" → ")}.`,
    ...steps.map(({ text }) => text),
  ];
  return error("reference-cycle", "Reference cycle", detail.join("\n"), steps[0]!.range);
}

function referenceRange(node: GraphNode, target: string): SourceRange {
  const subject = node.kind === "data" ? node.block.body : node.expression!;
  const all = referencesIn(subject);
  const found =
    all.find((reference) => `${formatReference(reference)}.`.startsWith(`${target}.`)) ??
    all.find(({ root }) => target.startsWith(`${root}.`));
  return found?.range ?? headerOf(node.kind === "data" ? node.block : node.item);
}

function placeOf(range: SourceRange): string {
  return `${range.file.name}:${lineOf(range.file, range.start)}`;
}
