import { ABSENT } from "./absent.ts";
import { didYouMean } from "../did-you-mean.ts";
import { errorText } from "../error-text.ts";
import type { PipelineCommand, GoTemplate, Operand, TemplatePipeline, RangeNode, TemplateNode } from "./ast.ts";
import { builtins } from "./builtins.ts";
import { GoTemplateError } from "./error.ts";
import { formatValue, isMap, isTrue, sortedKeys, typeName, type TemplateFunction } from "./value.ts";

export type TemplateFunctions = ReadonlyMap<string, TemplateFunction>;

/**
 * Runs a template over plain data. A name that the data does not contain is an error (Go prints `<no value>` for maps,
 * which then ends up in a machine image).
 * @throws GoTemplateError with the place in the template, also for errors thrown by `functions`.
 */
export function executeGoTemplate(
  template: GoTemplate,
  data: unknown,
  functions: TemplateFunctions = new Map(),
): string {
  const execution = new Execution(template, functions);
  execution.execute(template.body, scopeOf(data));
  return execution.output();
}

/** Templates that invoke themselves deeper than this are stopped. */
const MAX_INVOCATIONS = 500;

/** What names refer to at a place in the template. */
interface TemplateScope {
  /** What `.` stands for. */
  readonly dot: unknown;
  /** The innermost last. */
  readonly variables: [name: string, value: unknown][];
}

/** The scope at the beginning of a template. */
function scopeOf(data: unknown): TemplateScope {
  return { dot: data, variables: [["$", data]] };
}

/** How a list of nodes ended: `break` and `continue` travel up to their loop. */
type Flow = "next" | "break" | "continue";

class Execution {
  readonly #template: GoTemplate;
  readonly #functions: TemplateFunctions;
  readonly #written: string[] = [];
  #invocations = 0;

  constructor(template: GoTemplate, functions: TemplateFunctions) {
    this.#template = template;
    this.#functions = functions;
  }

  output(): string {
    return this.#written.join("");
  }

  execute(nodes: readonly TemplateNode[], scope: TemplateScope): Flow {
    for (const node of nodes) {
      const flow = this.#runNode(node, scope);
      if (flow !== "next") return flow;
    }
    return "next";
  }

  #runNode(node: TemplateNode, scope: TemplateScope): Flow {
    switch (node.kind) {
      case "text":
        this.#written.push(node.text);
        return "next";
      case "action": {
        const value = this.#pipeline(node.pipeline, scope);
        if (node.pipeline.variables.length === 0) this.#written.push(formatValue(value, "<no value>"));
        return "next";
      }
      case "if":
      case "with":
        return withOwnVariables(scope, () => this.#choose(node, scope));
      case "range":
        return this.#range(node, scope);
      case "template":
        this.#invoke(node, scope);
        return "next";
      case "break":
      case "continue":
        return node.kind;
    }
  }

  #choose(node: Extract<TemplateNode, { kind: "if" | "with" }>, scope: TemplateScope): Flow {
    const value = this.#pipeline(node.pipeline, scope);
    if (!isTrue(value)) return this.execute(node.else, scope);
    if (node.kind === "if") return this.execute(node.then, scope);
    return this.execute(node.then, { ...scope, dot: value });
  }

  #range(node: RangeNode, scope: TemplateScope): Flow {
    const value = this.#pipeline({ ...node.pipeline, variables: [] }, scope);
    const entries = entriesOf(value, node.pipeline);
    if (entries.length === 0) return withOwnVariables(scope, () => this.execute(node.else, scope));
    for (const entry of entries) {
      const flow = withOwnVariables(scope, () => this.#round(node, entry, scope));
      if (flow === "break") break;
    }
    return "next";
  }

  /** One name is for the item, two are for key and item. */
  #round({ pipeline, body }: RangeNode, [key, item]: Entry, scope: TemplateScope): Flow {
    const values = [key, item].slice(-pipeline.variables.length);
    for (const [index, name] of pipeline.variables.entries()) bind(scope, name, values[index], pipeline.assigns);
    return this.execute(body, { ...scope, dot: item });
  }

  #invoke(node: Extract<TemplateNode, { kind: "template" }>, scope: TemplateScope): void {
    const body = this.#template.definitions.get(node.name);
    if (!body) {
      const hint = didYouMean(node.name, [...this.#template.definitions.keys()]);
      throw new GoTemplateError(`no template "${node.name}" is defined.${hint}`, node);
    }
    if (++this.#invocations > MAX_INVOCATIONS) {
      throw new GoTemplateError(
        `template "${node.name}" invokes itself more than ${MAX_INVOCATIONS} levels deep`,
        node,
      );
    }
    const data = node.pipeline && this.#pipeline(node.pipeline, scope);
    this.execute(body, scopeOf(data));
    this.#invocations--;
  }

  #pipeline(pipeline: TemplatePipeline, scope: TemplateScope): unknown {
    const [first, ...others] = pipeline.commands;
    let value = this.#command(first!, scope, []);
    for (const command of others) value = this.#command(command, scope, [value]);
    for (const name of pipeline.variables) bind(scope, name, value, pipeline.assigns);
    return value;
  }

  #command(command: PipelineCommand, scope: TemplateScope, piped: readonly unknown[]): unknown {
    const [head, ...rest] = command.operands as [Operand, ...Operand[]];
    if (head.kind === "function") return this.#call(head, rest, scope, piped);
    const value = this.#operand(head, scope);
    const args = [...rest.map((operand) => this.#operand(operand, scope)), ...piped];
    if (typeof value === "function")
      return applied(String(describe(head)), head, () => (value as TemplateFunction)(...args));
    if (args.length > 0) throw new GoTemplateError("a value that is not a function cannot take arguments", command);
    return value;
  }

  #call(head: FunctionName, rest: readonly Operand[], scope: TemplateScope, piped: readonly unknown[]): unknown {
    if (head.name === "and" || head.name === "or") return this.#shortCircuit(head.name, rest, scope, piped);
    const callee = this.#functions.get(head.name) ?? builtins.get(head.name);
    if (!callee) {
      const hint = didYouMean(head.name, [...this.#functions.keys(), ...builtins.keys()]);
      throw new GoTemplateError(`there is no function "${head.name}".${hint}`, head);
    }
    const args = [...rest.map((operand) => this.#operand(operand, scope)), ...piped];
    return applied(head.name, head, () => callee(...args));
  }

  #shortCircuit(
    name: "and" | "or",
    operands: readonly Operand[],
    scope: TemplateScope,
    piped: readonly unknown[],
  ): unknown {
    let value: unknown;
    for (const operand of operands) {
      value = this.#operand(operand, scope);
      if (isTrue(value) === (name === "or")) return value;
    }
    return piped.length > 0 ? piped[0] : value;
  }

  #operand(operand: Operand, scope: TemplateScope): unknown {
    switch (operand.kind) {
      case "literal":
        return operand.value;
      case "nil":
        return undefined;
      case "dot":
        return scope.dot;
      case "variable":
        return lookUp(scope, operand.name)?.[1];
      case "pipeline":
        return withOwnVariables(scope, () => this.#pipeline(operand.pipeline, scope));
      case "function":
        return this.#call(operand, [], scope, []);
      case "field":
        return getField(this.#operand(operand.of, scope), operand);
    }
  }
}

type FunctionName = Extract<Operand, { kind: "function" }>;

/** Forgets the variables that `body` declares. */
function withOwnVariables<Result>({ variables }: TemplateScope, body: () => Result): Result {
  const depth = variables.length;
  const result = body();
  variables.length = depth;
  return result;
}

function lookUp({ variables }: TemplateScope, name: string): TemplateScope["variables"][number] | undefined {
  return variables.findLast(([other]) => other === name);
}

function bind(scope: TemplateScope, name: string, value: unknown, assigns: boolean): void {
  const existing = assigns && lookUp(scope, name);
  if (existing) existing[1] = value;
  else scope.variables.push([name, value]);
}

function getField(value: unknown, operand: Extract<Operand, { kind: "field" }>): unknown {
  const { name } = operand;
  if (isMap(value) && Object.hasOwn(value, name)) return value[name];
  if (isMap(value) && ABSENT in value) return value[ABSENT];
  if (!isMap(value)) throw new GoTemplateError(`".${name}" is asked of a value of type ${typeName(value)}`, operand);
  const known = Object.keys(value);
  const available = known.length === 0 ? " No values are available here." : didYouMean(name, known);
  throw new GoTemplateError(`there is no value "${describe(operand)}" here.${available}`, operand);
}

function describe(operand: Operand): string {
  if (operand.kind === "field") return `${describe(operand.of)}.${operand.name}`;
  if (operand.kind === "variable") return operand.name;
  return "";
}

function applied(name: string, span: Operand, apply: () => unknown): unknown {
  try {
    return apply();
  } catch (failure) {
    if (failure instanceof GoTemplateError) throw failure;
    throw new GoTemplateError(`the function "${name}" failed: ${errorText(failure)}`, span, failure);
  }
}

type Entry = readonly [key: unknown, item: unknown];

function entriesOf(value: unknown, pipeline: TemplatePipeline): readonly Entry[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.map((item: unknown, index) => [index, item] as const);
  if (isMap(value)) return sortedKeys(value).map((key) => [key, value[key]] as const);
  if (typeof value === "number" && Number.isInteger(value) && value <= 1e6) {
    return Array.from({ length: Math.max(value, 0) }, (_, index) => [index, index] as const);
  }
  throw new GoTemplateError(`a value of type ${typeName(value)} cannot be ranged over`, pipeline);
}
