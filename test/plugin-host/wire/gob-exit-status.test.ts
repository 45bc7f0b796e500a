import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeExitStatus, readExitStatus } from "../../../src/plugin-host/wire/gob-exit-status.ts";
import { byteByByte, streamPair } from "../../helper/plugin/stream-pair.ts";

const TYPE = "2b7f0301010f436f6d6d616e6446696e697368656401ff80000101010a457869745374617475730104000000";
/** What a process sends that registered other types before. */
const OTHER_TYPE = "2cff810301010f436f6d6d616e6446696e697368656401ff82000101010a457869745374617475730104000000";

/** Recorded from Go's encoder, with its second type number. */
const values: readonly (readonly [number, string])[] = [
  [0, "03ff8200"],
  [1, "05ff82010200"],
  [2, "05ff82010400"],
  [127, "06ff8201fffe00"],
  [128, "07ff8201fe010000"],
  [255, "07ff8201fe01fe00"],
  [256, "07ff8201fe020000"],
  [2300218, "08ff8201fd46327400"],
  [-1, "05ff82010100"],
];

async function read(hex: string): Promise<number> {
  const [near, far] = streamPair({ split: byteByByte });
  await near.write(Buffer.from(hex, "hex"));
  await near.end();
  return readExitStatus(far);
}

describe("encodeExitStatus", () => {
  it.each(values)("writes %i as Go's encoder does", (status, bytes) => {
    expect(encodeExitStatus(status).toString("hex")).toBe(TYPE + bytes.replace("ff82", "ff80"));
  });
});

describe("readExitStatus", () => {
  it.each(values)("reads %i by structure, whatever number the type has", async (status, bytes) => {
    expect(await read(OTHER_TYPE + bytes)).toBe(status);
    expect(await read(TYPE + bytes.replace("ff82", "ff80"))).toBe(status);
  });

  it("reads back whatever it writes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (status) => {
        expect(await read(encodeExitStatus(status).toString("hex"))).toBe(status);
      }),
    );
  });

  it.each([
    ["nothing", ""],
    ["only a type", TYPE],
    ["half a value", `${TYPE}05ff80`],
  ])("says of %s that the command ended without a status", async (_, bytes) => {
    await expect(read(bytes)).rejects.toThrow("ended without a status");
  });

  it.each([
    ["a message longer than any status", "fdffffff"],
    ["a number of more than 8 bytes", "80"],
    ["a field that there is not", "05ff80030200"],
    ["a message that is shorter than its number", "01ff"],
  ])("refuses %s", async (_, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ name: "ProtocolError" });
  });

  it("neither hangs nor throws anything else, whatever it is given", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
        const result = await read(Buffer.from(bytes).toString("hex")).catch((error: Error) => error.name);
        expect(["number", "ProtocolError", "StreamClosed"]).toContain(
          typeof result === "number" ? typeof result : result,
        );
      }),
    );
  });
});
