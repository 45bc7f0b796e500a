import type { JsonNode } from "../../language/json/json.ts";
import type { SourceRange } from "../../language/source.ts";
import type { ArgumentPath } from "../given-arguments.ts";
import type { JsonRecord } from "../fix/legacy-document.ts";

/** JSON as plain data that may be changed, with the position in the text of each of its objects and lists. */
export class JsonData {
  readonly root: unknown;
  readonly #nodes = new WeakMap<object, JsonNode>();
  #renames: WeakMap<JsonRecord, ReadonlyMap<string, string>> = new WeakMap();

  constructor(node: JsonNode) {
    this.root = this.#plain(node);
  }

  /** From now on, arguments are looked for under the names they have in the text. */
  followRenames(renames: WeakMap<JsonRecord, ReadonlyMap<string, string>>): void {
    this.#renames = renames;
  }

  /** Lets an object stand for the text at `key` of a list: `"manifest"` for `{ "type": "manifest" }`. */
  standIn(object: JsonRecord, list: readonly unknown[], key: number): void {
    const node = this.#nodes.get(list);
    if (node?.kind !== "array") return;
    const item = node.items[key];
    if (!item) return;
    const { range } = item;
    this.#nodes.set(object, {
      kind: "object",
      properties: [{ name: "type", nameRange: range, value: item, range }],
      range,
    });
  }

  /** Where `path`, seen from `owner`, is in the text: as deep as it leads to something the user wrote. */
  rangeOf(owner: unknown, path: ArgumentPath, part: "name" | "value" = "value"): SourceRange | undefined {
    let value = owner;
    let range = this.#rangeOfObject(owner);
    for (const [index, step] of path.entries()) {
      const found = this.#step(value, step);
      // A single value stands for a list of one.
      if (!found && typeof step === "number") continue;
      if (!found && index === 0) return undefined;
      if (!found) return range;
      const isLast = index === path.length - 1;
      range = found[isLast ? part : "value"];
      value = (value as Record<string | number, unknown>)[step];
    }
    return range;
  }

  #rangeOfObject(value: unknown): SourceRange | undefined {
    if (typeof value !== "object" || value === null) return undefined;
    return this.#nodes.get(value)?.range;
  }

  #step(
    value: unknown,
    step: string | number,
  ): { readonly name: SourceRange; readonly value: SourceRange } | undefined {
    if (typeof value !== "object" || value === null) return undefined;
    const node = this.#nodes.get(value);
    if (node?.kind === "array") {
      const item = node.items[Number(step)];
      return item && { name: item.range, value: item.range };
    }
    if (node?.kind !== "object") return undefined;
    const name = this.#renames.get(value as JsonRecord)?.get(String(step)) ?? String(step);
    const property = node.properties.findLast((candidate) => candidate.name === name);
    return property && { name: property.nameRange, value: property.value.range };
  }

  #plain(node: JsonNode): unknown {
    switch (node.kind) {
      case "string":
      case "boolean":
        return node.value;
      case "number":
        return Number(node.text);
      case "array":
        return this.#remember(
          node.items.map((item) => this.#plain(item)),
          node,
        );
      case "object":
        return this.#remember(
          Object.fromEntries(node.properties.map(({ name, value }) => [name, this.#plain(value)])),
          node,
        );
      case "null":
      case "error":
        return null;
    }
  }

  #remember<Data extends object>(data: Data, node: JsonNode): Data {
    this.#nodes.set(data, node);
    return data;
  }
}
