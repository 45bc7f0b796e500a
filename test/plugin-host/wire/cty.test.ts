import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeCtyJson } from "../../../src/plugin-host/wire/cty-json.ts";
import { decodeCtyValue } from "../../../src/plugin-host/wire/cty-message-pack.ts";
import { parseCtyType, type CtyType } from "../../../src/plugin-host/wire/cty-type.ts";
import { encodeMessagePack } from "../../../src/plugin-host/wire/message-pack-encode.ts";
import type { WireValue } from "../../../src/plugin-host/wire/wire-value.ts";

const typedBytes = (type: CtyType, value: WireValue): Buffer =>
  encodeMessagePack([Buffer.from(JSON.stringify(type)), value]);

describe("encodeCtyJson", () => {
  it("writes the value and its type as go-cty does", () => {
    const type: CtyType = ["object", { commit: "bool", run_command: ["list", "string"], size: "number" }];
    const value = { commit: true, run_command: ['a"b'], size: 2n ** 60n };
    expect(encodeCtyJson(value, type).toString()).toBe(
      '{"value":{"commit":true,"run_command":["a\\"b"],"size":1152921504606846976},' +
        '"type":["object",{"commit":"bool","run_command":["list","string"],"size":"number"}]}',
    );
  });
});

describe("parseCtyType", () => {
  it.each<[string]>([
    ['"string"'],
    ['["set",["map","dynamic"]]'],
    ['["tuple",["string","number"]]'],
    ['["object",{"a":"bool"},["a"]]'],
  ])("reads %s", (json) => {
    expect(JSON.stringify(parseCtyType(json))).toBe(json);
  });

  it.each(["", "7", '"text"', '["list"]', '["object",7]', '["list",'.repeat(70) + '"string"' + "]".repeat(70)])(
    "refuses %s",
    (json) => expect(() => parseCtyType(json)).toThrow(/type/),
  );
});

describe("decodeCtyValue", () => {
  it("reads the bytes of a data source that was recorded", () => {
    const type = '["object",{"output":"string"}]';
    const bytes = Buffer.concat([
      Buffer.of(0x92, 0xc4, type.length),
      Buffer.from(type),
      Buffer.from("81a66f7574707574a3616263", "hex"),
    ]);
    expect(decodeCtyValue(bytes)).toEqual({ type: ["object", { output: "string" }], value: { output: "abc" } });
  });

  it.each<[string, CtyType, WireValue, unknown]>([
    ["a list", ["list", "string"], ["a", "b"], ["a", "b"]],
    ["a set", ["set", "number"], [1, 2], [1, 2]],
    ["a map", ["map", "bool"], { a: true }, { a: true }],
    ["a tuple", ["tuple", ["string", "number"]], ["a", 1], ["a", 1]],
    ["nulls anywhere", ["object", { a: "string", b: ["list", "bool"] }], { a: null, b: null }, { a: null, b: null }],
    ["a value whose type travels with it", ["list", "dynamic"], [[Buffer.from('"string"'), "a"]], ["a"]],
    ["a large whole number", "number", "9007199254740993", 9007199254740993n],
    ["a number in decimal text", "number", "0.1", 0.1],
    ["a whole number of 64 bits", "number", 2n ** 63n, 2n ** 63n],
  ])("reads %s", (_, type, sent, value) => {
    expect(decodeCtyValue(typedBytes(type, sent)).value).toEqual(value);
  });

  it("reads a value that is null as a whole", () => {
    expect(decodeCtyValue(Buffer.of(0xc0))).toEqual({ value: null, type: "dynamic" });
  });

  it("refuses an unknown value", () => {
    const bytes = Buffer.concat([Buffer.of(0x92, 0xc4, 8), Buffer.from('"string"'), Buffer.of(0xd4, 0, 0)]);
    expect(() => decodeCtyValue(bytes)).toThrow("a value is unknown");
  });

  it.each<[string, CtyType, WireValue]>([
    ["text for a number", "number", "x"],
    ["a number for text", "string", 7],
    ["text for a bool", "bool", "true"],
    ["a map for a list", ["list", "string"], {}],
    ["a list for a map", ["map", "string"], []],
    ["a tuple of another length", ["tuple", ["string"]], ["a", "b"]],
    ["an attribute that the type lacks", ["object", {}], { a: 1 }],
    ["a value without its type", "dynamic", "a"],
  ])("refuses %s", (_, type, sent) => {
    expect(() => decodeCtyValue(typedBytes(type, sent))).toThrow(expect.objectContaining({ name: "ProtocolError" }));
  });

  it("throws nothing else, whatever it is given", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          decodeCtyValue(bytes);
        } catch (error) {
          expect((error as Error).name).toBe("ProtocolError");
        }
      }),
    );
  });
});
