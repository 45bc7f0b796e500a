import { describe, expect, it } from "vitest";
import { parseExpression, parseHcl } from "../../src/language/parse.ts";
import { formatReference, functionNames, references } from "../../src/language/references.ts";

const referencesOf = (text: string) => references(parseExpression({ name: "<test>", text }).expression);

describe("references", () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ["var.a", ["var.a"]],
    ["var.a[0].b", ["var.a[0].b"]],
    ['local.m["key"].x', ["local.m.key.x"]],
    ['local.m["odd key"]', ['local.m["odd key"]']],
    ["data.amazon-ami.x.id", ["data.amazon-ami.x.id"]],
    ["a.0.b", ["a[0].b"]],
    ["a[b.c].d", ["a", "b.c"]],
    ["a[*].b", ["a"]],
    ["a.*.b[c]", ["a", "c"]],
    ["a.b[*].c[*].d", ["a.b"]],
    ["[for x in a.list : x.y + b]", ["a.list", "b"]],
    ["[for x in x.list : x]", ["x.list"]],
    ["{ for k, v in a : k => v.z if c }", ["a", "c"]],
    ['"${a.b} %{ if c }${d}%{ else }${e}%{ endif }"', ["a.b", "c", "d", "e"]],
    ['"%{ for x in a }${x}${y}%{ endfor }${x}"', ["a", "y", "x"]],
    ["f(a, b...)", ["a", "b"]],
    ['{ key = a, (b) = c, "${d}" = 1 }', ["a", "b", "c", "d"]],
    ["(a).b", ["a"]],
    ["a ? b : c", ["a", "b", "c"]],
    ["-a + !b", ["a", "b"]],
    ["1", []],
  ];
  it.each(table)("of %s", (text, expected) => {
    expect(referencesOf(text).map(formatReference)).toEqual(expected);
  });

  it("know where they are", () => {
    const text = "1 + var.size[0]";
    const [reference] = referencesOf(text);
    const at = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
    expect(at(reference!.range)).toBe("var.size[0]");
    expect(at(reference!.rootRange)).toBe("var");
    expect(reference!.steps.map((step) => at(step.range))).toEqual(["size", "0"]);
  });

  it("of a body come from its blocks too, in order", () => {
    const { body } = parseHcl({ name: "x", text: 'a = var.one\nb "c" {\n  d = local.two\n}\n' });
    expect(references(body).map(formatReference)).toEqual(["var.one", "local.two"]);
    expect([...functionNames(parseHcl({ name: "x", text: "a = f(g(1))\nb {\n c = h()\n}\n" }).body)]).toEqual([
      "f",
      "g",
      "h",
    ]);
  });
});
