import { describe, expect, it } from "vitest";
import { median, unitsOfShard } from "../../../src/core/plan/shards.ts";
import type { Unit } from "../../../src/core/plan/unit.ts";

const unit = (id: string, more: Partial<Unit> = {}): Unit => ({
  id,
  build: id,
  builder: "null",
  template: "t.pkr.hcl",
  command: [],
  inputs: [],
  writes: [],
  key: undefined,
  needs: {
    host: [],
    architecture: undefined,
    memoryMib: undefined,
    cpus: undefined,
    diskMib: undefined,
    clouds: [],
    credentials: [],
    variables: [],
    plugins: [],
  },
  dependsOn: [],
  conflictsWith: [],
  stage: 1,
  state: "to build",
  reason: undefined,
  estimate: undefined,
  ...more,
});
const lasting = (id: string, minutes: number, more: Partial<Unit> = {}) =>
  unit(id, { estimate: { durationMs: minutes * 60_000, runs: 1 }, ...more });

const shards = (units: readonly Unit[], of: number) =>
  Array.from({ length: of }, (_, index) => unitsOfShard(units, { number: index + 1, of }).map(({ id }) => id));

describe("unitsOfShard", () => {
  it("gives each unit to one shard, such that they take about the same time", () => {
    const units = [lasting("a", 1), lasting("b", 9), lasting("c", 4), lasting("d", 5), lasting("e", 1)];
    expect(shards(units, 2)).toEqual([
      ["a", "b"],
      ["c", "d", "e"],
    ]);
  });

  it("keeps together what waits for each other, or writes the same files", () => {
    const units = [
      lasting("base", 1),
      lasting("other", 3),
      lasting("app", 1, { dependsOn: ["base"], stage: 2 }),
      lasting("twin", 1, { conflictsWith: ["app"] }),
    ];
    expect(shards(units, 2)).toEqual([["base", "app", "twin"], ["other"]]);
  });

  it("spreads units of which nothing is known, and leaves shards empty where there are more than units", () => {
    expect(shards([unit("a"), unit("b"), unit("c"), unit("d")], 2)).toEqual([
      ["a", "c"],
      ["b", "d"],
    ]);
    expect(shards([unit("a")], 3)).toEqual([["a"], [], []]);
  });
});

describe("median", () => {
  it("is the lower one in the middle", () => {
    expect([median([]), median([3]), median([9, 1, 5]), median([4, 1, 3, 2])]).toEqual([undefined, 3, 5, 2]);
  });
});
