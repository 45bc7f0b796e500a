import { nearest } from "../did-you-mean.ts";
import type { GoTemplate, Operand, Span, TemplateNode, TemplatePipeline } from "./ast.ts";

/** A name that a template asks for and that its values will not have. */
export interface UnknownName extends Span {
  /** As written: `.BuildNam`. */
  readonly name: string;
  /** The name that was probably meant, written the same way. */
  readonly suggestion: string | undefined;
  /** A single value is asked for something inside it. */
  readonly isInsideValue: boolean;
}

/**
 * Names of a template that executing it with values of these `names` would not find, whichever of its branches are
 * taken. `Tags.*` among the names stands for a map whose keys are not known.
 */
export function unknownNames(template: GoTemplate, names: readonly string[]): readonly UnknownName[] {
  const search = new Search(template);
  const values = new Map(names.map((name) => [name.replace(/\.\*$/, ""), shapeNamed(name)] as const));
  search.visitAll(template.body, { dot: values, root: values });
  return search.found;
}

const shapeNamed = (name: string): Shape => (name.endsWith(".*") ? "anything" : "value");

/** What is known of a value: what a struct holds, or that it holds nothing, or that it may be anything. */
type Shape = ReadonlyMap<string, Shape> | "value" | "anything";

interface Place {
  readonly dot: Shape;
  /** What `$` stands for. */
  readonly root: Shape;
}

class Search {
  readonly found: UnknownName[] = [];
  readonly #template: GoTemplate;
  /** Definitions that are being looked at, for those that invoke themselves. */
  readonly #open = new Set<string>();

  constructor(template: GoTemplate) {
    this.#template = template;
  }

  visitAll(nodes: readonly TemplateNode[], place: Place): void {
    for (const node of nodes) this.#visit(node, place);
  }

  #visit(node: TemplateNode, place: Place): void {
    switch (node.kind) {
      case "action":
        this.#pipeline(node.pipeline, place);
        return;
      case "if":
      case "with": {
        const shape = this.#pipeline(node.pipeline, place);
        this.visitAll(node.then, node.kind === "with" ? { ...place, dot: shape } : place);
        return this.visitAll(node.else, place);
      }
      case "range":
        this.#pipeline(node.pipeline, place);
        this.visitAll(node.body, { ...place, dot: "anything" });
        return this.visitAll(node.else, place);
      case "template": {
        const shape = node.pipeline ? this.#pipeline(node.pipeline, place) : "anything";
        return this.#visitDefinition(node.name, shape);
      }
      default:
    }
  }

  #visitDefinition(name: string, shape: Shape): void {
    if (this.#open.has(name)) return;
    this.#open.add(name);
    this.visitAll(this.#template.definitions.get(name) ?? [], { dot: shape, root: shape });
    this.#open.delete(name);
  }

  #pipeline({ commands }: TemplatePipeline, place: Place): Shape {
    const shapes = commands.flatMap(({ operands }) => operands.map((operand) => this.#shapeOf(operand, place)));
    return shapes.length === 1 ? shapes[0]! : "anything";
  }

  #shapeOf(operand: Operand, place: Place): Shape {
    switch (operand.kind) {
      case "dot":
        return place.dot;
      case "variable":
        return operand.name === "$" ? place.root : "anything";
      case "pipeline":
        return this.#pipeline(operand.pipeline, place);
      case "field":
        return this.#fieldOf(this.#shapeOf(operand.of, place), operand);
      default:
        return "anything";
    }
  }

  #fieldOf(shape: Shape, operand: Extract<Operand, { kind: "field" }>): Shape {
    if (shape === "anything") return "anything";
    const inner = shape === "value" ? undefined : shape.get(operand.name);
    if (inner !== undefined) return inner;
    const owner = written(operand.of);
    const near = shape === "value" ? undefined : nearest(operand.name, shape.keys());
    this.found.push({
      start: operand.start,
      end: operand.end,
      name: `${owner}.${operand.name}`,
      suggestion: near && `${owner}.${near}`,
      isInsideValue: shape === "value",
    });
    return "anything";
  }
}

function written(operand: Operand): string {
  if (operand.kind === "field") return `${written(operand.of)}.${operand.name}`;
  return operand.kind === "variable" ? operand.name : "";
}
