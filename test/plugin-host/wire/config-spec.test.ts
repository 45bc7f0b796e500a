import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeConfigSpec } from "../../../src/plugin-host/wire/config-spec.ts";

/** A field of bytes: number, then length, then content. */
const bytesField = (number: number, content: Buffer | string): Buffer => {
  const bytes = Buffer.from(content as string);
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
  return Buffer.concat([Buffer.of(number * 8 + 2, ...length), bytes]);
};
const flagField = (number: number): Buffer => Buffer.of(number * 8, 1);
const message = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields);

const primitive = (name: string): Buffer => bytesField(1, bytesField(1, name));
const listOf = (type: Buffer): Buffer => bytesField(2, bytesField(1, type));
const mapOf = (type: Buffer): Buffer => bytesField(3, bytesField(1, type));
const attribute = (name: string, type: Buffer, ...more: readonly Buffer[]): Buffer =>
  bytesField(2, message(bytesField(1, name), bytesField(2, type), ...more));
const object = (...entries: readonly Buffer[]): Buffer => bytesField(1, message(...entries));
const entry = (name: string, spec: Buffer): Buffer => bytesField(1, message(bytesField(1, name), bytesField(2, spec)));

describe("decodeConfigSpec", () => {
  it("reads attributes of every type", () => {
    const spec = decodeConfigSpec(
      object(
        entry("image", attribute("image", primitive("cty.String"), flagField(3))),
        entry("size", attribute("size", primitive("cty.Number"))),
        entry("pull", attribute("pull", primitive("cty.Bool"))),
        entry("args", attribute("args", listOf(listOf(primitive("cty.String"))))),
        entry("labels", attribute("labels", mapOf(primitive("cty.String")))),
      ),
    );
    expect(spec).toEqual({
      attributes: {
        image: { type: "string", required: true },
        size: { type: "number", required: false },
        pull: { type: "bool", required: false },
        args: { type: ["list", ["list", "string"]], required: false },
        labels: { type: ["map", "string"], required: false },
      },
      blocks: {},
    });
  });

  it("reads blocks that come once, and blocks that may come several times", () => {
    const nested = bytesField(1, entry("a", attribute("a", primitive("cty.String"))));
    const spec = decodeConfigSpec(
      object(
        entry("build", bytesField(3, message(bytesField(1, "build"), flagField(2), bytesField(3, nested)))),
        entry("disk", bytesField(4, message(bytesField(1, "disk"), bytesField(2, nested)))),
      ),
    );
    const inner = { attributes: { a: { type: "string", required: false } }, blocks: {} };
    expect(spec).toEqual({
      attributes: {},
      blocks: {
        build: { repeated: false, required: true, spec: inner },
        disk: { repeated: true, required: false, spec: inner },
      },
    });
  });

  it("passes over fields of later versions", () => {
    const fixed = Buffer.concat([Buffer.of(9 * 8 + 5), Buffer.alloc(4), Buffer.of(10 * 8 + 1), Buffer.alloc(8)]);
    const spec = decodeConfigSpec(object(fixed, bytesField(8, "x"), entry("a", attribute("a", primitive("cty.Bool")))));
    expect(Object.keys(spec.attributes)).toEqual(["a"]);
  });

  it.each([
    ["holds no object", bytesField(2, "x")],
    ["is cut off", Buffer.of(0x0a, 0x05, 0x01)],
    ["holds a number without an end", Buffer.alloc(20, 0x80)],
    ["holds a number in place of an entry", object(Buffer.of(8, 1))],
    ["holds a field of an unknown kind", Buffer.of(8 + 3)],
    ["is nested without end", object(nestedTypes(100))],
    ["has an attribute without a type", object(entry("a", bytesField(2, bytesField(1, "a"))))],
    ["has an attribute of an unknown type", object(entry("a", attribute("a", primitive("cty.DynamicPseudoType"))))],
    ["has an entry of an unknown kind", object(entry("a", bytesField(7, "x")))],
    ["has an empty entry", object(entry("a", Buffer.alloc(0)))],
  ])("refuses a schema that %s", (_, bytes) => {
    expect(() => decodeConfigSpec(bytes)).toThrow(expect.objectContaining({ name: "ProtocolError" }));
  });

  it("throws nothing else, whatever it is given", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          decodeConfigSpec(Buffer.from(bytes));
        } catch (error) {
          expect((error as Error).name).toBe("ProtocolError");
        }
      }),
      { numRuns: 1000 },
    );
  });
});

function nestedTypes(depth: number): Buffer {
  let type = primitive("cty.String");
  for (let level = 0; level < depth; level++) type = listOf(type);
  return entry("a", attribute("a", type));
}
