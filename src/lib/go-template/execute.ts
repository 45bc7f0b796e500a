import { didYouMean } from "../did-you-mean.ts";
import { errorText } from "../error-text.ts";
import type { PipelineCommand, GoTemplate, Operand, TemplatePipeline, RangeNode, TemplateNode } from "./ast.ts";
import { builtins } from "./builtins.ts";
import { GoTemplateError } from "./error.ts";
import { formatValue, isMap, isTrue, sortedKeys, typeName, type TemplateFunction } from "./value.ts";

export type TemplateFunctions = ReadonlyMap<string, TemplateFunction>;

/**
 * Runs a template over plain data. A name the data does not hold is an error (Go prints `<no value>` for maps, which
 * then ends up in a machine image).
 * @throws GoTemplateError with the place in the template, also for errors thrown by `functions`.
 */
export function executeGoTemplate(
  template: GoTemplate,
  data: unknown,
  functions: TemplateFunctions = new Map(),
): string {
  const execution = new Execution(template, functions);
  execution.run(template.body, scopeOf(data));
  return execution.output();
}

/** Templates that invoke themselves deeper than this are stopped. */
const MAX_INVOCATIONS = 500;

/** What names mean in a place of the template. */
interface TemplateScope {
  /** What `.` stands for. */
  readonly dot: unknown;
  /** The innermost last. */
  readonly variables: [name: string, value: unknown][];
}

/** Of a template that has just begun. */
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

  run(nodes: readonly TemplateNode[], frame: TemplateScope): Flow {
    for (const node of nodes) {
      const flow = this.#runNode(node, frame);
      if (flow !== "next") return flow;
    }
    return "next";
  }

  #runNode(node: TemplateNode, frame: TemplateScope): Flow {
    switch (node.kind) {
      case "text":
        this.#written.push(node.text);
        return "next";
      case "action": {
        const value = this.#pipeline(node.pipeline, frame);
        if (node.pipeline.variables.length === 0) this.#written.push(formatValue(value, "<no value>"));
        return "next";
      }
      case "if":
      case "with":
        return withOwnVariables(frame, () => this.#choose(node, frame));
      case "range":
        return this.#range(node, frame);
      case "template":
        this.#invoke(node, frame);
        return "next";
      case "break":
      case "continue":
        return node.kind;
    }
  }

  #choose(node: Extract<TemplateNode, { kind: "if" | "with" }>, frame: TemplateScope): Flow {
    const value = this.#pipeline(node.pipeline, frame);
    if (!isTrue(value)) return this.run(node.else, frame);
    if (node.kind === "if") return this.run(node.then, frame);
    return this.run(node.then, { ...frame, dot: value });
  }

  #range(node: RangeNode, frame: TemplateScope): Flow {
    const value = this.#pipeline({ ...node.pipeline, variables: [] }, frame);
    const entries = entriesOf(value, node.pipeline);
    if (entries.length === 0) return withOwnVariables(frame, () => this.run(node.else, frame));
    for (const entry of entries) {
      const flow = withOwnVariables(frame, () => this.#round(node, entry, frame));
      if (flow === "break") break;
    }
    return "next";
  }

  /** One name is that of the item, two are those of key and item. */
  #round({ pipeline, body }: RangeNode, [key, item]: Entry, frame: TemplateScope): Flow {
    const values = [key, item].slice(-pipeline.variables.length);
    for (const [index, name] of pipeline.variables.entries()) bind(frame, name, values[index], pipeline.assigns);
    return this.run(body, { ...frame, dot: item });
  }

  #invoke(node: Extract<TemplateNode, { kind: "template" }>, frame: TemplateScope): void {
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
    const data = node.pipeline && this.#pipeline(node.pipeline, frame);
    this.run(body, scopeOf(data));
    this.#invocations--;
  }

  #pipeline(pipeline: TemplatePipeline, frame: TemplateScope): unknown {
    const [first, ...others] = pipeline.commands;
    let value = this.#command(first!, frame, []);
    for (const command of others) value = this.#command(command, frame, [value]);
    for (const name of pipeline.variables) bind(frame, name, value, pipeline.assigns);
    return value;
  }

  #command(command: PipelineCommand, frame: TemplateScope, piped: readonly unknown[]): unknown {
    const [head, ...rest] = command.operands as [Operand, ...Operand[]];
    if (head.kind === "function") return this.#call(head, rest, frame, piped);
    const value = this.#operand(head, frame);
    const args = [...rest.map((operand) => this.#operand(operand, frame)), ...piped];
    if (typeof value === "function")
      return applied(String(describe(head)), head, () => (value as TemplateFunction)(...args));
    if (args.length > 0) throw new GoTemplateError("a value that is not a function cannot take arguments", command);
    return value;
  }

  #call(head: FunctionName, rest: readonly Operand[], frame: TemplateScope, piped: readonly unknown[]): unknown {
    if (head.name === "and" || head.name === "or") return this.#shortCircuit(head.name, rest, frame, piped);
    const callee = this.#functions.get(head.name) ?? builtins.get(head.name);
    if (!callee) {
      const hint = didYouMean(head.name, [...this.#functions.keys(), ...builtins.keys()]);
      throw new GoTemplateError(`there is no function "${head.name}".${hint}`, head);
    }
    const args = [...rest.map((operand) => this.#operand(operand, frame)), ...piped];
    return applied(head.name, head, () => callee(...args));
  }

  #shortCircuit(
    name: "and" | "or",
    operands: readonly Operand[],
    frame: TemplateScope,
    piped: readonly unknown[],
  ): unknown {
    let value: unknown;
    for (const operand of operands) {
      value = this.#operand(operand, frame);
      if (isTrue(value) === (name === "or")) return value;
    }
    return piped.length > 0 ? piped[0] : value;
  }

  #operand(operand: Operand, frame: TemplateScope): unknown {
    switch (operand.kind) {
      case "literal":
        return operand.value;
      case "nil":
        return undefined;
      case "dot":
        return frame.dot;
      case "variable":
        return lookUp(frame, operand.name)?.[1];
      case "pipeline":
        return withOwnVariables(frame, () => this.#pipeline(operand.pipeline, frame));
      case "function":
        return this.#call(operand, [], frame, []);
      case "field":
        return getField(this.#operand(operand.of, frame), operand);
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

function bind(frame: TemplateScope, name: string, value: unknown, assigns: boolean): void {
  const existing = assigns && lookUp(frame, name);
  if (existing) existing[1] = value;
  else frame.variables.push([name, value]);
}

function getField(value: unknown, operand: Extract<Operand, { kind: "field" }>): unknown {
  const { name } = operand;
  if (isMap(value) && Object.hasOwn(value, name)) return value[name];
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
