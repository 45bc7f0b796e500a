import { describe, expect, it } from "vitest";
import { describeBytes } from "../../src/lib/bytes.ts";

describe("describeBytes", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [2, "2 bytes"],
    [1023, "1023 bytes"],
    [1024, "1.0 KiB"],
    [1536, "1.5 KiB"],
    [100 * 1024, "100 KiB"],
    [5 * 1024 ** 3, "5.0 GiB"],
  ])("says %i as %s", (bytes, text) => {
    expect(describeBytes(bytes)).toBe(text);
  });
});
