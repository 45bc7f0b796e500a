import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../src/language/diagnostic.ts";
import { parseHcl } from "../../src/language/parse.ts";
import { valueToJson } from "../../src/language/to-json.ts";
import { readVariable } from "../../src/template/hcl2/input-variable.ts";
import { assignVariables } from "../../src/template/hcl2/variable-values.ts";

const fixture = join(import.meta.dirname, "../fixture/variables");
const template = { name: "types.pkr.hcl", text: readFileSync(join(fixture, "types.pkr.hcl"), "utf8") };
const declarations = new Map(
  parseHcl(template)
    .body.blocks.map((item) => readVariable(item, { variables: new Map() }, []))
    .map((declaration) => [declaration.name, declaration] as const),
);

/** What Packer 1.16 makes of a text for each variable, as JSON; null where it refuses. See tools/refresh-packer-variables.ts. */
const recorded = JSON.parse(readFileSync(join(fixture, "packer.json"), "utf8")) as readonly (readonly [
  text: string,
  values: Readonly<Record<string, string | null>>,
])[];

function valueOf(name: string, text: string): string | null {
  const diagnostics: Diagnostic[] = [];
  const sources = { env: {}, files: [], vars: [`${name}=${text}`], undeclaredVariables: "warn" } as const;
  const { values, refused } = assignVariables(declarations, sources, diagnostics);
  expect(diagnostics.length > 0).toBe(refused.has(name));
  return refused.has(name) ? null : valueToJson(values.get(name)!.value);
}

describe("the value of a variable on the command line (D-4)", () => {
  const isOpen = (name: string) => name.startsWith("d_empty_");
  const cases = recorded.flatMap(([text, values]) =>
    Object.entries(values).map(([name, expected]) => [name, text, expected] as const),
  );
  /** A default of one element: lists of another length are taken too, with elements of its kind. */
  const isLonger = (name: string, text: string) => name.startsWith("d_list") && /^\[(\]|.*,)/.test(text);
  const isStructure = (text: string) => /^[[{].*[\]}]$/.test(text);

  it.each(cases.filter(([name, text]) => !(isOpen(name) && isStructure(text)) && !isLonger(name, text)))(
    "of %s is for %j what Packer makes of it",
    (name, text, expected) => {
      // Packer's console has a word for a null.
      expect(valueOf(name, text)).toBe(expected === "<unknown>" ? "null" : expected);
    },
  );

  it.each([
    ["d_empty_list", '["a"]', '["a"]'],
    ["d_empty_list", "{ a = 1 }", '{"a":1}'],
    ["d_empty_object", "{ a = 1 }", '{"a":1}'],
    ["d_empty_object", "[a]", null],
  ])("of %s, whose default is empty, may be a list or an object: %j", (name, text, expected) => {
    expect(valueOf(name, text)).toBe(expected);
  });
});

describe("a list as the default of a variable without a type", () => {
  it.each([
    ["d_list", "[]", "[]"],
    ["d_list", '[1, "a"]', '["1","a"]'],
    ["d_list", '["a", []]', null],
    ["d_list_number", '["1", 2]', "[1,2]"],
    ["d_list_number", '["x", 2]', null],
  ])("decides about the elements: %s, %s", (name, text, expected) => {
    expect(valueOf(name, text)).toBe(expected);
  });
});

describe("defaults of optional attributes (D-3)", () => {
  it.each([
    ["{ c = null }", '{"a":null,"b":5,"c":{"d":"dd"}}'],
    ["{ c = { d = null } }", '{"a":null,"b":5,"c":{"d":"dd"}}'],
    ["null", "null"],
  ])("stand for a null that is given: %s", (text, expected) => {
    expect(valueOf("t_optional", text)).toBe(expected);
  });
});
