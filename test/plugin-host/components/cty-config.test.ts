import { describe, expect, it } from "vitest";
import { ctyConfig } from "../../../src/plugin-host/components/cty-config.ts";
import type { ConfigSpec, SpecAttribute } from "../../../src/plugin-host/wire/config-spec.ts";
import type { CtyType } from "../../../src/plugin-host/wire/cty-type.ts";
import type { WireMap } from "../../../src/plugin-host/wire/wire-value.ts";

const attribute = (type: CtyType): SpecAttribute => ({ type, required: false });
const disk: ConfigSpec = { attributes: { size: attribute("number"), name: attribute("string") }, blocks: {} };
const spec: ConfigSpec = {
  attributes: {
    text: attribute("string"),
    count: attribute("number"),
    on: attribute("bool"),
    words: attribute(["list", "string"]),
    argv: attribute(["list", ["list", "string"]]),
    labels: attribute(["map", "string"]),
  },
  blocks: {
    one: { repeated: false, required: false, spec: disk },
    disk: { repeated: true, required: false, spec: disk },
  },
};

const sent = (config: WireMap): unknown => JSON.parse(ctyConfig(config, spec)?.toString() ?? "null");
const diskType = ["object", { size: "number", name: "string" }];

describe("ctyConfig", () => {
  it.each<[WireMap, unknown, object]>([
    [{ text: "a" }, { text: "a" }, { text: "string" }],
    [{ text: 5 }, { text: "5" }, { text: "string" }],
    [{ text: true }, { text: "true" }, { text: "string" }],
    [
      { count: 1.5, on: false },
      { count: 1.5, on: false },
      { count: "number", on: "bool" },
    ],
    [{ words: ["a", 1] }, { words: ["a", "1"] }, { words: ["list", "string"] }],
    [{ argv: [["a"], []] }, { argv: [["a"], []] }, { argv: ["list", ["list", "string"]] }],
    [{ labels: { a: 1 } }, { labels: { a: "1" } }, { labels: ["map", "string"] }],
    [{ text: null }, { text: null }, { text: "string" }],
    [{}, {}, {}],
    [{ one: { size: 1 } }, { one: { size: 1, name: null } }, { one: diskType }],
    [
      { disk: [{ size: 1 }, { name: "b" }] },
      {
        disk: [
          { size: 1, name: null },
          { size: null, name: "b" },
        ],
      },
      { disk: ["list", diskType] },
    ],
  ])("sends %j as what the component says it is", (config, value, type) => {
    expect(sent(config)).toEqual({ value, type: ["object", type] });
  });

  it.each<[WireMap]>([
    [{ count: "many" }],
    [{ on: 1 }],
    [{ words: "a" }],
    [{ labels: [] }],
    [{ disk: {} }],
    [{ no: 1 }],
  ])("leaves %j to the component, which converts as it likes", (config) => {
    expect(ctyConfig(config, spec)).toBeUndefined();
  });
});
