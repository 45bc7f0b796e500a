import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeMessagePack, MessagePackDecoder } from "../../../src/plugin-host/wire/message-pack-decode.ts";
import { encodeMessagePack } from "../../../src/plugin-host/wire/message-pack-encode.ts";
import { ProtocolError } from "../../../src/plugin-host/wire/wire-error.ts";
import type { WireValue } from "../../../src/plugin-host/wire/wire-value.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

/** Dumped from the codec that plugins are built with. */
const golden: readonly (readonly [name: string, bytes: string, values: readonly WireValue[]])[] = [
  [
    "request Builder.ConfigSpec",
    "82ad536572766963654d6574686f64b24275696c6465722e436f6e66696753706563a353657100c0",
    [{ ServiceMethod: "Builder.ConfigSpec", Seq: 0 }, null],
  ],
  [
    "request Builder.Run",
    "82ad536572766963654d6574686f64ab4275696c6465722e52756ea35365710501",
    [{ ServiceMethod: "Builder.Run", Seq: 5 }, 1],
  ],
  [
    "answer to Builder.Run",
    "83ad536572766963654d6574686f64ab4275696c6465722e52756ea353657105a54572726f72a007",
    [{ ServiceMethod: "Builder.Run", Seq: 5, Error: "" }, 7],
  ],
  [
    "error answer",
    "83ad536572766963654d6574686f64ab4275696c6465722e52756ea353657105a54572726f72a4626f6f6d80",
    [{ ServiceMethod: "Builder.Run", Seq: 5, Error: "boom" }, {}],
  ],
  [
    "answer of Prepare",
    "83ad47656e6572617465645661727391a141a85761726e696e6773c0a54572726f7281a74d657373616765a3626164",
    [{ GeneratedVars: ["A"], Warnings: null, Error: { Message: "bad" } }],
  ],
];

const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
  fc.string({ unit: "grapheme" }),
  fc.uint8Array().map((bytes): WireValue => Buffer.from(bytes)),
  fc.date({ noInvalidDate: true }),
);
const anyValue = fc.letrec<{ value: WireValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    scalar,
    fc.array(tie("value")),
    fc.dictionary(fc.string({ unit: "grapheme" }), tie("value")).map((map) => ({ ...map })),
  ),
})).value;

describe("encodeMessagePack", () => {
  it.each(golden)("writes the bytes of Go's codec: %s", (_, bytes, values) => {
    expect(Buffer.concat(values.map(encodeMessagePack)).toString("hex")).toBe(bytes);
  });

  it.each<[WireValue, string]>([
    [127, "7f"],
    [128, "cc80"],
    [256, "cd0100"],
    [65_536, "ce00010000"],
    [2 ** 32, "cf0000000100000000"],
    [-1, "ff"],
    [-33, "d0df"],
    [-129, "d1ff7f"],
    [-32_769, "d2ffff7fff"],
    [-(2 ** 31) - 1, "d3ffffffff7fffffff"],
    [1.5, "cb3ff8000000000000"],
    [2n ** 64n - 1n, "cfffffffffffffffff"],
  ])("writes %s in its shortest form", (value, bytes) => {
    expect(encodeMessagePack(value).toString("hex")).toBe(bytes);
  });

  it("keeps text and bytes apart", () => {
    expect(encodeMessagePack("ab").toString("hex")).toBe("a26162");
    expect(encodeMessagePack(Buffer.from("ab")).toString("hex")).toBe("c4026162");
  });

  it.each([2n ** 64n, -(2n ** 63n) - 1n])("refuses %s, which 64 bits cannot hold", (value) => {
    expect(() => encodeMessagePack(value)).toThrow("does not fit into 64 bits");
  });
});

describe("MessagePackDecoder", () => {
  it.each(golden)("reads the bytes of Go's codec: %s", (_, bytes, values) => {
    expect(new MessagePackDecoder().push(hex(bytes))).toEqual(values);
  });

  it("reads what was written, wherever the bytes are split", () => {
    fc.assert(
      fc.property(anyValue, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (value, sizes) => {
        const bytes = encodeMessagePack(value);
        const decoder = new MessagePackDecoder();
        const values: WireValue[] = [];
        for (let at = 0; at < bytes.length;) {
          const { value: size } = sizes.next() as { value: number };
          values.push(...decoder.push(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(values).toEqual([value]);
        expect(decoder.isInside).toBe(false);
      }),
    );
  });

  it.each<[string, string, WireValue]>([
    ["text of older codecs with 16 bits", "da000161", "a"],
    ["bytes in the format of text", "a2fffe", Buffer.of(0xff, 0xfe)],
    ["a 32-bit float", "ca3fc00000", 1.5],
    ["a time of 4 bytes", "d6ff00000001", new Date(1000)],
    ["a time of 8 bytes", "d7ff" + "3b9aca0000000001", new Date(1250)],
    ["a time of 12 bytes", "c70cff" + "1dcd6500" + "ffffffffffffffff", new Date(-500)],
    ["a number as the key of a map", "8101c3", { "1": true }],
    ["a small number with 64 bits", "cf0000000000000007", 7],
    ["a number that no double holds", "cf0020000000000001", 2n ** 53n + 1n],
  ])("reads %s", (_, bytes, value) => {
    expect(decodeMessagePack(hex(bytes))).toEqual(value);
  });

  it("makes a plain entry of a key that means something to JavaScript", () => {
    const value = decodeMessagePack(encodeMessagePack(JSON.parse('{"__proto__": {"polluted": true}}') as WireValue));
    expect(Object.hasOwn(value as object, "__proto__")).toBe(true);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it.each([
    ["text longer than the limit", "dbffffffff"],
    ["bytes longer than the limit", "c6ffffffff"],
    ["a list longer than the limit", "ddffffffff"],
    ["a map longer than the limit", "dfffffffff"],
    ["a byte that begins no value", "c1"],
    ["an unknown extension", "d40100"],
    ["a time of an odd length", "c703ff000000"],
    ["a key that is a list", "819001"],
    ["lists in lists without end", "91".repeat(100)],
  ])("refuses %s at once", (_, bytes) => {
    expect(() => new MessagePackDecoder().push(hex(bytes))).toThrow(ProtocolError);
  });

  it("refuses a list of more values than memory should hold", () => {
    const bytes = Buffer.concat([hex("dd00200000"), Buffer.alloc(2 * 1024 * 1024, 0xc0)]);
    expect(() => new MessagePackDecoder().push(bytes)).toThrow("too many values");
  });

  it("never throws anything else, whatever it is given", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          new MessagePackDecoder().push(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("says of bytes that are more or less than one value that they are none", () => {
    expect(() => decodeMessagePack(hex("c0c0"))).toThrow("not one MessagePack value");
    expect(() => decodeMessagePack(hex("92c0"))).toThrow(ProtocolError);
  });
});
