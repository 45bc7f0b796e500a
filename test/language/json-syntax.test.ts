import { describe, expect, it } from "vitest";
import { parseJsonBody, type BodySchema } from "../../src/language/json/json-body.ts";
import { parseJson } from "../../src/language/json/parse-json.ts";
import { parseLiteralAsExpression } from "../../src/language/parse.ts";
import { positionOf } from "../../src/language/position.ts";
import { invariant } from "../../src/lib/invariant.ts";
import { describeBody, describeExpression } from "../helper/describe-tree.ts";

/** The JSON syntax specification of HCL, rule by rule. `a` is a block, `b` one with a label, `c` one with two. */
const schema: BodySchema = {
  blocks: {
    a: { labels: [], body: { blocks: { inner: { labels: [] } } } },
    b: { labels: ["name"] },
    c: { labels: ["type", "name"] },
  },
};
const parse = (text: string) => parseJsonBody({ name: "t.json", text }, schema);

describe("parseJsonBody", () => {
  it.each([
    ["properties are arguments", '{"x": 1, "y": true, "z": null}', "x = 1; y = true; z = null"],
    ["numbers keep their digits", '{"x": 1.50e10}', "x = 1.50e10"],
    ["arrays are tuples, objects are objects", '{"x": [1, {"y": 2}]}', 'x = [1, {"y" = 2}]'],
    [
      "strings are templates",
      '{"x": "a${b}", "y": "${b}", "z": "$${b}"}',
      'x = (template "a" b); y = (wrap b); z = "${b}"',
    ],
    ["names within values are templates, too", '{"x": {"${a}": 1}}', "x = {(wrap a) = 1}"],
    [
      "escapes of JSON come before those of templates",
      String.raw`{"x": "\"\n\u00e9\ud83d\ude00\\n"}`,
      String.raw`x = "\"\né😀\\n"`,
    ],
    ["a property named // is a comment", '{"//": "why", "x": 1, "a": {"//": 2}}', "x = 1; a {}"],
    ["an object is a block", '{"a": {"x": 1}}', "a {x = 1}"],
    ["an array gives several blocks", '{"a": [{"x": 1}, {}]}', "a {x = 1}; a {}"],
    ["null gives none", '{"a": null}', ""],
    ["blocks within blocks", '{"a": {"inner": [{}, {"x": 1}]}}', "a {inner {}; inner {x = 1}}"],
    ["labels are names of objects", '{"b": {"l": {"x": 1}, "m": {}}}', 'b "l" {x = 1}; b "m" {}'],
    ["two labels", '{"c": {"l": {"m": {}, "n": {}}}}', 'c "l" "m" {}; c "l" "n" {}'],
    ["arrays at every level", '{"c": [{"l": [{"m": [{}, {}]}]}]}', 'c "l" "m" {}; c "l" "m" {}'],
    ["a body may be an array of objects", '[{"x": 1}, {"a": {}}]', "x = 1; a {}"],
    ["blocks keep their order across types", '{"b": {"l": {}}, "a": {}, "c": {}}', 'b "l" {}; a {}'],
  ])("%s", (_, text, tree) => {
    const { body, diagnostics } = parse(text);
    expect(diagnostics).toEqual([]);
    expect(describeBody(body)).toBe(tree);
  });

  it.each([
    ["an argument set twice", '{"x": 1, "x": 2}', "duplicate-argument"],
    ["a name twice in a value", '{"x": {"y": 1, "y": 2}}', "duplicate-property"],
    ["a block that is no object", '{"a": 1}', "invalid-json-body"],
    ["a block without its label", '{"b": "x"}', "missing-block-label"],
    ["a file that is no object", "1", "invalid-json-body"],
    ["a mistake in a template", '{"x": "a${"}', "unclosed-interpolation"],
  ])("reports %s", (_, text, code) => {
    expect(parse(text).diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
  });

  it("knows where in the file a part of a template is, escapes before it or not", () => {
    const text = String.raw`{"x": "\"\u00e9\n${"$"}{var.name}"}`;
    const { body } = parse(text);
    const expression = body.attributes[0]!.expression;
    invariant(expression.kind === "template", "the string holds an interpolation");
    const part = expression.parts[1]!;
    expect(text.slice(part.range.start, part.range.end)).toBe("${var.name}");
  });

  it("lets a literal string stand for an expression", () => {
    const { body } = parse('{"type": "list(string)"}');
    expect(describeExpression(parseLiteralAsExpression(body.attributes[0]!.expression)!.expression)).toBe(
      "(call list string)",
    );
  });
});

describe("parseJson", () => {
  it("forgets nothing: order, duplicates, digits, places", () => {
    const file = { name: "t.json", text: '{\n  "b": 1.0,\n  "a": "x"\n}\n' };
    const { root, diagnostics } = parseJson(file);
    expect(diagnostics).toEqual([]);
    expect(root).toMatchObject({
      kind: "object",
      properties: [{ name: "b", value: { kind: "number", text: "1.0" } }, { name: "a" }],
    });
    const second = root.kind === "object" ? root.properties[1]! : undefined;
    expect(positionOf(file, second!.value.range.start)).toMatchObject({ line: 3, column: 8 });
  });

  it("reports a duplicate as an error in the root and as a warning below", () => {
    const { diagnostics } = parseJson({ name: "t.json", text: '{"a": {"x": 1, "x": 2}, "a": 1}' });
    expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      "warning duplicate-property",
      "error duplicate-property",
    ]);
  });
});
