import type { Attribute, Block, Body } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import type { BlockShape } from "./block-shape.ts";
import { checkShape } from "./check-shape.ts";
import { blockInShorthand, duplicateDeclaration, invalidName } from "../messages/declarations.ts";

/** Everything a template declares, sorted by what it is; nothing evaluated. Duplicates are reported and left out. */
export interface Declarations {
  readonly packer: readonly Block[];
  readonly variables: ReadonlyMap<string, Block | Attribute>;
  readonly locals: ReadonlyMap<string, Block | Attribute>;
  /** By `type.name`. */
  readonly dataSources: ReadonlyMap<string, Block>;
  readonly sources: ReadonlyMap<string, Block>;
  readonly builds: readonly Block[];
  readonly registries: readonly Block[];
}

const topLevel: BlockShape = {
  attributes: [],
  blocks: {
    packer: [],
    variable: ["name"],
    variables: [],
    locals: [],
    local: ["name"],
    data: ["type", "name"],
    source: ["type", "name"],
    build: [],
    hcp_packer_registry: [],
    communicator: ["type", "name"],
  },
};

/** Sorts the top-level blocks of all files of a template. */
export function collectDeclarations(bodies: readonly Body[], diagnostics: Diagnostic[]): Declarations {
  const collector = new Collector(diagnostics);
  for (const body of bodies) {
    const shaped = checkShape(body, topLevel, "at the top level of a template");
    diagnostics.push(...shaped.diagnostics);
    for (const block of shaped.blocks) collector.collect(block);
  }
  return collector;
}

class Collector implements Declarations {
  readonly packer: Block[] = [];
  readonly variables = new Map<string, Block | Attribute>();
  readonly locals = new Map<string, Block | Attribute>();
  readonly dataSources = new Map<string, Block>();
  readonly sources = new Map<string, Block>();
  readonly builds: Block[] = [];
  readonly registries: Block[] = [];
  readonly #diagnostics: Diagnostic[];

  constructor(diagnostics: Diagnostic[]) {
    this.#diagnostics = diagnostics;
  }

  collect(block: Block): void {
    switch (block.type) {
      case "packer":
        this.packer.push(block);
        return;
      case "variable":
        return this.#declare(this.variables, "input variable", [block]);
      case "variables":
        return this.#declareAll(this.variables, "input variable", block);
      case "local":
        return this.#declare(this.locals, "local value", [block]);
      case "locals":
        return this.#declareAll(this.locals, "local value", block);
      case "data":
        return this.#declare(this.dataSources, "data source", [block]);
      case "source":
        return this.#declare(this.sources, "source", [block]);
      case "build":
        this.builds.push(block);
        return;
      case "hcp_packer_registry":
        this.registries.push(block);
        return;
      default:
    }
  }

  #declareAll<Item extends Block | Attribute>(into: Map<string, Item | Attribute>, what: string, block: Block): void {
    for (const inner of block.body.blocks) this.#diagnostics.push(blockInShorthand(block.type, inner));
    this.#declare(into, what, block.body.attributes);
  }

  #declare<Item extends Block | Attribute>(into: Map<string, Item>, what: string, items: readonly Item[]): void {
    for (const item of items) {
      const name = nameOf(item);
      const first = into.get(name);
      if (first) this.#diagnostics.push(duplicateDeclaration(what, name, headerOf(item), headerOf(first)));
      else if (what !== "data source" && what !== "source" && !isIdentifier(name)) {
        this.#diagnostics.push(invalidName(what, name, headerOf(item)));
      } else into.set(name, item);
    }
  }
}

export function nameOf(item: Block | Attribute): string {
  if (item.kind === "attribute") return item.name;
  return item.labels.map(({ value }) => value).join(".");
}

/** Where a declaration begins, for messages about the whole of it. */
export const headerOf = (item: Block | Attribute): SourceRange =>
  item.kind === "attribute" ? item.nameRange : item.headerRange;

const isIdentifier = (name: string): boolean => /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u.test(name);
