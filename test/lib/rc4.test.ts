import { describe, expect, it } from "vitest";
import { createRc4 } from "../../src/lib/rc4.ts";

describe("createRc4", () => {
  // RFC 6229, section 2: key, offset, 16 bytes of the stream.
  it.each([
    ["0102030405", 0, "b2396305f03dc027ccc3524a0a1118a8"],
    ["0102030405", 1024, "30abbcc7c20b01609f23ee2d5f6bb7df"],
    ["0102030405060708090a0b0c0d0e0f10", 0, "9ac7cc9a609d1ef7b2932899cde41b97"],
    ["0102030405060708090a0b0c0d0e0f10", 4096, "a36a4c301ae8ac13610ccbc12256cacc"],
    ["833222772a", 0, "80ad97bdc973df8a2e879e92a497efda"],
  ])("gives the stream of RFC 6229 for %s at %i", (key, offset, stream) => {
    const cipher = createRc4(Buffer.from(key, "hex"));
    expect(
      cipher(Buffer.alloc(offset + 16))
        .subarray(offset)
        .toString("hex"),
    ).toBe(stream);
  });

  it("goes on where it stopped", () => {
    const [whole, parts] = [createRc4(Buffer.from("key")), createRc4(Buffer.from("key"))];
    const text = Buffer.from("a message in two parts");
    expect(Buffer.concat([parts(text.subarray(0, 7)), parts(text.subarray(7))])).toEqual(whole(text));
  });
});
