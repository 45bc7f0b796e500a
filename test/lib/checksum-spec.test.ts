import { describe, expect, it } from "vitest";
import { parseChecksum } from "../../src/lib/checksum-spec.ts";

const hex = (length: number) => "aB".repeat(length / 2);

describe("parseChecksum", () => {
  it.each([
    ["md5", 32],
    ["sha1", 40],
    ["sha224", 56],
    ["sha256", 64],
    ["sha384", 96],
    ["sha512", 128],
  ])("reads %s, named or told by its length", (algorithm, length) => {
    const digest = { kind: "digest", digest: { algorithm, hex: hex(length).toLowerCase() } };
    expect(parseChecksum(`${algorithm}:${hex(length)}`)).toEqual(digest);
    expect(parseChecksum(`${algorithm.toUpperCase()}: ${hex(length)}`)).toEqual(digest);
    expect(parseChecksum(` ${hex(length)} `)).toEqual(digest);
  });

  it("reads none and files", () => {
    expect(parseChecksum("none")).toEqual({ kind: "none" });
    expect(parseChecksum("file:https://example.com/SHA256SUMS")).toEqual({
      kind: "file",
      location: "https://example.com/SHA256SUMS",
    });
    expect(parseChecksum("file:./SUMS")).toEqual({ kind: "file", location: "./SUMS" });
  });

  it.each([
    [
      "",
      'A checksum is required so that a changed download cannot enter the image unnoticed. To accept any file, set it to "none".',
    ],
    ["sha256:abc", 'A sha256 checksum has 64 digits, and "abc" has 3.'],
    ["sha256:xyz", '"xyz" is not a sha256 checksum: it may hold only the digits 0-9 and a-f.'],
    [
      "abc",
      '"abc" has 3 digits; a checksum has 32 (md5), 40 (sha1), 56 (sha224), 64 (sha256), 96 (sha384), 128 (sha512).',
    ],
    [
      "SUMS",
      '"SUMS" is not a checksum. Write "sha256:" and the digits, "file:" and the URL or path of a checksum file, or "none".',
    ],
    ["file:", '"file:" must be followed by the URL or path of a checksum file.'],
    [
      "crc:abc",
      '"crc" is not a kind of checksum. Use one of md5, sha1, sha224, sha256, sha384, sha512, or "file:" and the URL or path of a checksum file.',
    ],
  ])("says what is wrong with %j", (text, problem) => {
    expect(parseChecksum(text)).toEqual({ kind: "invalid", problem });
  });
});
