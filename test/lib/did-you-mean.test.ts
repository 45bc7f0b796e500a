import { describe, expect, it } from "vitest";
import { didYouMean, nearest } from "../../src/lib/did-you-mean.ts";

describe("nearest", () => {
  const names = ["iso_url", "iso_urls", "iso_checksum", "ssh_username", "upper", "region", "key", "kz"];
  it.each([
    ["iso_ulr", "iso_url"],
    ["iso-checksum", "iso_checksum"],
    ["ISO_URL", "iso_url"],
    ["uppr", "upper"],
    ["regoin", "region"],
    ["ssh_user_name", "ssh_username"],
    ["up", undefined],
    ["ke", "key"],
    ["ky", "key"],
    ["kx", undefined],
    ["memory", undefined],
    ["x", undefined],
    ["", undefined],
    ["a".repeat(1_000_000), undefined],
  ])("finds for %.20s %s", (name, expected) => {
    expect(nearest(name, names)).toBe(expected);
  });

  it("becomes a question to append", () => {
    expect(didYouMean("uppr", names)).toBe(' Did you mean "upper"?');
    expect(didYouMean("memory", names)).toBe("");
  });
});
