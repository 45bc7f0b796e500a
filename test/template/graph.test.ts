import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { topologicalOrder } from "../../src/template/hcl2/graph.ts";

const graph = (edges: Readonly<Record<string, readonly string[]>>) => topologicalOrder(new Map(Object.entries(edges)));

describe("topologicalOrder", () => {
  it("puts everything after what it needs", () => {
    expect(graph({ a: ["b", "c"], b: ["c"], c: [] }).order).toEqual(["c", "b", "a"]);
  });

  it("shows a cycle from its first node round to it again", () => {
    expect(graph({ a: ["b"], b: ["c"], c: ["a"] }).cycles).toEqual([["a", "b", "c", "a"]]);
  });

  it("shows each of several cycles once, and nothing that only leads to one", () => {
    const { order, cycles } = graph({ behind: ["a"], a: ["a"], x: ["y"], y: ["x"], free: [] });
    expect(cycles).toEqual([
      ["a", "a"],
      ["x", "y", "x"],
    ]);
    expect(order).toEqual(["free"]);
  });

  it("survives a chain of 100,000 nodes", () => {
    const chain = Array.from(
      { length: 100_000 },
      (_, index) => [`n${index}`, index === 0 ? [] : [`n${index - 1}`]] as const,
    );
    expect(topologicalOrder(new Map(chain)).order).toHaveLength(100_000);
  });

  it("orders every graph without cycles", () => {
    const edges = fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(edges, (lists) => {
        // Needs point to earlier nodes only, so there is no cycle.
        const entries = lists.map(
          (list, index) =>
            [`n${index}`, index === 0 ? [] : [...new Set(list.map((need) => `n${need % index}`))]] as const,
        );
        const dependencies = new Map(entries);
        const { order, cycles } = topologicalOrder(dependencies);
        expect(cycles).toEqual([]);
        const position = new Map(order.map((node, index) => [node, index]));
        for (const [node, needs] of dependencies)
          for (const need of needs) expect(position.get(need)!).toBeLessThan(position.get(node)!);
      }),
    );
  });
});
