import { describe, expect, it } from "vitest";
import { stagesOf } from "../../../src/core/plan/stages.ts";

describe("stagesOf", () => {
  it("puts each unit one stage after the last it waits for", () => {
    const dependencies = new Map([
      ["app", ["base", "tools"]],
      ["tools", ["base"]],
      ["base", []],
      ["other", []],
    ]);
    expect(Object.fromEntries(stagesOf(dependencies, (id) => id))).toEqual({ base: 1, other: 1, tools: 2, app: 3 });
  });

  it("names a circle", () => {
    const dependencies = new Map([
      ["a", ["b"]],
      ["b", ["c"]],
      ["c", ["b"]],
    ]);
    expect(() => stagesOf(dependencies, (id) => id.toUpperCase())).toThrow("in a circle: B needs C needs B");
  });
});
