import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { catalog, functionReference } from "../../../src/language/functions/catalog.ts";
import { evaluateText } from "../evaluate-text.ts";
import { evaluateTable, readTable } from "../table.ts";

const folder = join(import.meta.dirname, "../../fixture/language/function");
const tables = readdirSync(folder).map((name) => readTable(join(folder, name)));

describe("functions", () => {
  it.each(tables.map((table) => [table.file.replace(/.*\//, ""), table] as const))(
    "give what %s says",
    async (_, table) => {
      await expect(await evaluateTable(table)).toMatchFileSnapshot(table.file);
    },
  );

  it("have a section of a table each", () => {
    const named = catalog.flatMap(({ names }) => names).sort();
    const described = tables.flatMap(({ sections }) => [...sections.keys()]).sort();
    expect(described).toEqual(named);
  });

  it("are in the modules the catalog says", async () => {
    for (const { names, load } of catalog) {
      const declared = (await load()).map(({ name }) => name).sort();
      expect(declared).toEqual([...names].sort());
    }
  });

  it("have examples which are true", async () => {
    for (const { name, example } of await functionReference()) {
      const [expression, result] = example;
      const compared = await evaluateText(`jsonencode(${expression}) == jsonencode(${result})`);
      expect(compared.diagnostics, `${name}: ${expression}`).toEqual([]);
      expect(compared.value.content, `${name}: ${expression} is ${result}`).not.toBe(false);
    }
  });
});
