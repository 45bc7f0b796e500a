import hcl2Parser from "hcl2-parser";
import { describe, expect } from "vitest";
import type { Body } from "../../src/language/ast.ts";
import { parseJson } from "../../src/language/json/parse-json.ts";
import { formatHcl } from "../../src/language/format/format.ts";
import { parseHcl } from "../../src/language/parse.ts";
import { corpusFiles, itWithCorpus } from "../helper/corpus.ts";
import { plain } from "../helper/plain-tree.ts";

const templates = corpusFiles(".pkr.hcl", ".pkrvars.hcl");

describe("templates of the corpus", () => {
  itWithCorpus(
    "have the blocks, labels and arguments that HashiCorp's own parser finds",
    () => {
      expect(templates.length).toBeGreaterThan(50);
      for (const { name, text } of templates) {
        const { body, diagnostics } = parseHcl({ name, text });
        expect(diagnostics, name).toEqual([]);
        const [theirs, error] = hcl2Parser.parseToObject(text) as [object, unknown];
        expect(error, name).toBeNull();
        expect(structureOf(body), name).toEqual(namesIn(theirs, body));
      }
    },
    120_000,
  ); // Theirs takes a tenth of a second per file.

  itWithCorpus("mean the same when formatted", () => {
    for (const { name, text } of templates) {
      const formatted = formatHcl({ name, text });
      expect(plain(parseHcl({ name, text: formatted })), name).toEqual(plain(parseHcl({ name, text })));
      expect(formatHcl({ name, text: formatted }), name).toBe(formatted);
    }
  });

  itWithCorpus("in JSON hold what JSON.parse finds", () => {
    const files = corpusFiles(".json");
    expect(files.length).toBeGreaterThan(20);
    for (const { name, text } of files) {
      const { root, diagnostics } = parseJson({ name, text });
      expect(diagnostics, name).toEqual([]);
      expect(toValue(root), name).toEqual(JSON.parse(text));
    }
  });
});

type Structure = { [name: string]: null | Structure[] | { [label: string]: unknown } };

/** Arguments as null, blocks by type and labels, in the shape hcl2-parser gives: arrays of bodies under the last label. */
function structureOf(body: Body): Structure {
  const result: Structure = {};
  for (const { name } of body.attributes) result[name] = null;
  for (const block of body.blocks) {
    const path = [block.type, ...block.labels.map(({ value }) => value)];
    let place = result as Record<string, unknown>;
    for (const step of path.slice(0, -1)) place = (place[step] ??= {}) as Record<string, unknown>;
    ((place[path.at(-1)!] ??= []) as Structure[]).push(structureOf(block.body));
  }
  return result;
}

/** Their object without the values of arguments, which it keeps as text. `body` tells which names are arguments. */
function namesIn(theirs: object, body: Body): unknown {
  const isArgument = new Set(body.attributes.map(({ name }) => name));
  const entries = Object.entries(theirs).map(([name, value]): [string, unknown] => {
    if (isArgument.has(name)) return [name, null];
    return [
      name,
      withinBlocks(
        value,
        body.blocks.filter(({ type }) => type === name),
        0,
      ),
    ];
  });
  return Object.fromEntries(entries);
}

function withinBlocks(value: unknown, blocks: Body["blocks"], labels: number): unknown {
  if (Array.isArray(value)) {
    expect(value).toHaveLength(blocks.length);
    return value.map((inner: object, index) => namesIn(inner, blocks[index]!.body));
  }
  const entries = Object.entries(value as object).map(([label, inner]) => {
    const labelled = blocks.filter((block) => block.labels[labels]?.value === label);
    return [label, withinBlocks(inner, labelled, labels + 1)];
  });
  return Object.fromEntries(entries);
}

function toValue(node: ReturnType<typeof parseJson>["root"]): unknown {
  switch (node.kind) {
    case "object":
      return Object.fromEntries(node.properties.map(({ name, value }) => [name, toValue(value)]));
    case "array":
      return node.items.map(toValue);
    case "number":
      return Number(node.text);
    case "null":
    case "error":
      return null;
    default:
      return node.value;
  }
}
