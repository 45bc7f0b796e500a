import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SPLAT_ITEM, type Expression } from "../../src/language/ast.ts";
import { evaluate, MAX_DEPTH } from "../../src/language/evaluate/evaluate.ts";
import { parseExpression } from "../../src/language/parse.ts";
import { numberValue } from "../../src/language/value.ts";
import { show, variablesForTests } from "./evaluate-text.ts";
import { evaluateTable, readTable } from "./table.ts";

const folder = join(import.meta.dirname, "../fixture/language/expression");
const files = readdirSync(folder).map((name) => [name, readTable(join(folder, name))] as const);

describe("evaluate", () => {
  it.each(files)("gives what %s says", async (_, table) => {
    await expect(await evaluateTable(table)).toMatchFileSnapshot(table.file);
  });

  const range = { file: { name: "<made>", text: "x" }, start: 0, end: 1 };
  const one: Expression = { kind: "literal", value: { type: "number", text: "1" }, range };

  it("follows chains of any length without nesting", () => {
    let sum: Expression = one;
    let path: Expression = { kind: "variable", name: "unknown", range };
    for (let length = 0; length < 50_000; length++) {
      sum = { kind: "binary", operator: "+", left: sum, right: one, range };
      path = { kind: "index", collection: path, key: one, legacy: false, range };
    }
    expect(show(evaluate(sum, { variables: variablesForTests }).value)).toBe("50001");
    expect(show(evaluate(path, { variables: variablesForTests }).value)).toBe("unknown(any)");
  });

  it("evaluates whatever the parser lets nest", () => {
    for (const [open, close] of [
      ["(", ")"],
      ["[", "]"],
      ["!", ""],
      ["true ? ", " : 1"],
      ['"${', '}"'],
      ["{ a = ", " }"],
      ["[for x in list : ", "]"],
    ] as const) {
      let deepest = 0;
      for (let depth = 1; depth <= 300; depth++) {
        const text = open.repeat(depth) + "true" + close.repeat(depth);
        const { expression, diagnostics } = parseExpression({ name: "<test>", text });
        if (diagnostics.length > 0) break;
        deepest = depth;
        if (open.startsWith("[for") && depth > 8) continue;
        expect(
          evaluate(expression, { variables: variablesForTests }).diagnostics.filter(
            ({ code }) => code === "nested-too-deep",
          ),
        ).toEqual([]);
      }
      expect(deepest).toBeGreaterThan(50);
    }
  });

  it("refuses trees nested deeper than the stack allows", () => {
    let expression: Expression = { kind: "literal", value: { type: "bool", value: true }, range };
    for (let depth = 0; depth < 100_000; depth++)
      expression = { kind: "unary", operator: "!", operand: expression, range };
    const { diagnostics } = evaluate(expression, { variables: new Map() });
    expect(diagnostics.map(({ code }) => code)).toEqual(["nested-too-deep"]);
    expect(MAX_DEPTH).toBeGreaterThanOrEqual(500);
  });

  it("sees the names of parent scopes and hides those a child defines", () => {
    const parent = {
      variables: new Map([
        ["a", numberValue(1)],
        ["b", numberValue(2)],
      ]),
    };
    const { expression } = parseExpression({ name: "<test>", text: "[a, b]" });
    expect(show(evaluate(expression, { parent, variables: new Map([["a", numberValue(3)]]) }).value)).toBe("[3, 2]");
  });

  it("says so where names or functions are not allowed at all", () => {
    const nothing = { variables: new Map() };
    const codes = (text: string) =>
      evaluate(parseExpression({ name: "<test>", text }).expression, nothing).diagnostics.map(({ code }) => code);
    expect(codes("name")).toEqual(["no-variables"]);
    expect(codes("upper(1)")).toEqual(["no-functions"]);
  });

  it("does not let the splat item be named", () => {
    expect(parseExpression({ name: "<test>", text: SPLAT_ITEM }).diagnostics).not.toEqual([]);
  });
});
