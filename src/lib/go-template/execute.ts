import { didYouMean } from "../did-you-mean.ts";
import type { Command, GoTemplate, Operand, Pipeline, RangeNode, TemplateNode } from "./ast.ts";
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
  execution.run(template.body, data, [["$", data]]);
  return execution.output();
}

/** Templates that invoke themselves deeper than this are stopped. */
const MAX_INVOCATIONS = 500;

type Variables = [name: string, value: unknown][];
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

  run(nodes: readonly TemplateNode[], dot: unknown, variables: Variables): Flow {
    for (const node of nodes) {
      const flow = this.#runNode(node, dot, variables);
      if (flow !== "next") return flow;
    }
    return "next";
  }

  #runNode(node: TemplateNode, dot: unknown, variables: Variables): Flow {
    switch (node.kind) {
      case "text":
        this.#written.push(node.text);
        return "next";
      case "action": {
        const value = this.#pipeline(node.pipeline, dot, variables);
        if (node.pipeline.variables.length === 0) this.#written.push(formatValue(value, "<no value>"));
        return "next";
      }
      case "if":
      case "with": {
        const depth = variables.length;
        const value = this.#pipeline(node.pipeline, dot, variables);
        const chosen = isTrue(value) ? node.then : node.else;
        const flow = this.run(chosen, node.kind === "with" && isTrue(value) ? value : dot, variables);
        variables.length = depth;
        return flow;
      }
      case "range":
        return this.#range(node, dot, variables);
      case "template":
        this.#invoke(node, dot, variables);
        return "next";
      case "break":
      case "continue":
        return node.kind;
    }
  }

  #range(node: RangeNode, dot: unknown, variables: Variables): Flow {
    const depth = variables.length;
    const { variables: names, assigns } = node.pipeline;
    const value = this.#pipeline({ ...node.pipeline, variables: [] }, dot, variables);
    const entries = entriesOf(value, node.pipeline);
    if (entries.length === 0) {
      const flow = this.run(node.else, dot, variables);
      variables.length = depth;
      return flow;
    }
    for (const [key, item] of entries) {
      const values = names.length === 2 ? [key, item] : [item];
      for (const [index, name] of names.entries()) bind(variables, name, values[index], assigns);
      const flow = this.run(node.body, item, variables);
      variables.length = depth;
      if (flow === "break") break;
    }
    return "next";
  }

  #invoke(node: Extract<TemplateNode, { kind: "template" }>, dot: unknown, variables: Variables): void {
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
    const data = node.pipeline && this.#pipeline(node.pipeline, dot, variables);
    this.run(body, data, [["$", data]]);
    this.#invocations--;
  }

  #pipeline(pipeline: Pipeline, dot: unknown, variables: Variables): unknown {
    let value: unknown;
    for (const [index, command] of pipeline.commands.entries()) {
      value = this.#command(command, dot, variables, index === 0 ? [] : [value]);
    }
    for (const name of pipeline.variables) bind(variables, name, value, pipeline.assigns);
    return value;
  }

  #command(command: Command, dot: unknown, variables: Variables, piped: readonly unknown[]): unknown {
    const [head, ...rest] = command.operands as [Operand, ...Operand[]];
    if (head.kind === "function") return this.#call(head, rest, dot, variables, piped);
    const value = this.#operand(head, dot, variables);
    const args = [...rest.map((operand) => this.#operand(operand, dot, variables)), ...piped];
    if (typeof value === "function")
      return applied(String(describe(head)), head, () => (value as TemplateFunction)(...args));
    if (args.length > 0) throw new GoTemplateError("a value that is not a function cannot take arguments", command);
    return value;
  }

  #call(
    head: Extract<Operand, { kind: "function" }>,
    rest: readonly Operand[],
    dot: unknown,
    variables: Variables,
    piped: readonly unknown[],
  ): unknown {
    if (head.name === "and" || head.name === "or") return this.#shortCircuit(head.name, rest, dot, variables, piped);
    const callee = this.#functions.get(head.name) ?? builtins.get(head.name);
    if (!callee) {
      const hint = didYouMean(head.name, [...this.#functions.keys(), ...builtins.keys()]);
      throw new GoTemplateError(`there is no function "${head.name}".${hint}`, head);
    }
    const args = [...rest.map((operand) => this.#operand(operand, dot, variables)), ...piped];
    return applied(head.name, head, () => callee(...args));
  }

  #shortCircuit(
    name: "and" | "or",
    operands: readonly Operand[],
    dot: unknown,
    variables: Variables,
    piped: readonly unknown[],
  ): unknown {
    let value: unknown;
    for (const operand of operands) {
      value = this.#operand(operand, dot, variables);
      if (isTrue(value) === (name === "or")) return value;
    }
    return piped.length > 0 ? piped[0] : value;
  }

  #operand(operand: Operand, dot: unknown, variables: Variables): unknown {
    switch (operand.kind) {
      case "literal":
        return operand.value;
      case "nil":
        return undefined;
      case "dot":
        return dot;
      case "variable":
        return variables.findLast(([name]) => name === operand.name)?.[1];
      case "pipeline": {
        const depth = variables.length;
        const value = this.#pipeline(operand.pipeline, dot, variables);
        variables.length = depth;
        return value;
      }
      case "function":
        return this.#call(operand, [], dot, variables, []);
      case "field":
        return getField(this.#operand(operand.of, dot, variables), operand);
    }
  }
}

function bind(variables: Variables, name: string, value: unknown, assigns: boolean): void {
  const existing = assigns ? variables.findLast(([other]) => other === name) : undefined;
  if (existing) existing[1] = value;
  else variables.push([name, value]);
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
  return operand.kind === "variable" ? operand.name : "";
}

function applied(name: string, span: Operand, apply: () => unknown): unknown {
  try {
    return apply();
  } catch (failure) {
    if (failure instanceof GoTemplateError) throw failure;
    const why = failure instanceof Error ? failure.message : String(failure);
    throw new GoTemplateError(`the function "${name}" failed: ${why}`, span, failure);
  }
}

function entriesOf(value: unknown, pipeline: Pipeline): readonly (readonly [key: unknown, item: unknown])[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.map((item: unknown, index) => [index, item] as const);
  if (isMap(value)) return sortedKeys(value).map((key) => [key, value[key]] as const);
  if (typeof value === "number" && Number.isInteger(value) && value <= 1e6) {
    return Array.from({ length: Math.max(value, 0) }, (_, index) => [index, index] as const);
  }
  throw new GoTemplateError(`a value of type ${typeName(value)} cannot be ranged over`, pipeline);
}
