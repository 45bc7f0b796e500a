import { describe, expect, it } from "vitest";
import { md4 } from "../../src/lib/md4.ts";

describe("md4", () => {
  // RFC 1320, A.5
  it.each([
    ["", "31d6cfe0d16ae931b73c59d7e0c089c0"],
    ["a", "bde52cb31de33e46245e05fbdbd6fb24"],
    ["abc", "a448017aaf21d8525fc10ae87aa6729d"],
    ["message digest", "d9130a8164549fe818874806e1c7014b"],
    ["abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9"],
    ["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "043f8582f241db351ce627e153e7f0e4"],
    ["1234567890".repeat(8), "e33b4ddc9c38f2199c3e7b164fcc0536"],
  ])("hashes %j as RFC 1320 does", (text, digest) => {
    expect(md4(Buffer.from(text)).toString("hex")).toBe(digest);
  });

  // What OpenSSL's legacy provider says of so many zeros ("0").
  it.each([
    [55, "5df3a07b1fca415a0d196e1cf255ec21"],
    [56, "ba4591a932374808dc47c89bf7f729b3"],
    [63, "56ee4ed9162056057d43912578a2ca8f"],
    [64, "8eeb1da56a848640cedd21c9665ef624"],
    [65, "0b1947ab7079dbe308440ff173e6f4be"],
  ])("pads a message of %i bytes", (length, digest) => {
    expect(md4(Buffer.alloc(length, "0")).toString("hex")).toBe(digest);
  });
});
