import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shellQuote, shellQuoteGlob, shellQuotePath } from "../../src/lib/shell-quote.ts";

/** What a real shell makes of the words. */
function words(text: string, env: Record<string, string> = {}): readonly string[] {
  const out = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${text}`], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ...env },
  });
  return out.split("\0").slice(0, -1);
}

const word = fc
  .string({ unit: "binary", maxLength: 40 })
  .map((text) => Buffer.from(text.replaceAll("\0", "")).toString());

describe("shellQuote", () => {
  it("gives a real shell back every word as it was", () => {
    const property = fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (all) => {
      expect(words(all.map(shellQuote).join(" "))).toEqual(all);
    });
    fc.assert(property, { numRuns: 150 });
  });
});

describe("shellQuotePath", () => {
  it("takes ~/ for the home directory and quotes the rest", () => {
    expect(words(shellQuotePath("~/a b"), { HOME: "/home/x y" })).toEqual(["/home/x y/a b"]);
    expect(words(shellQuotePath("a/~/b"), { HOME: "/h" })).toEqual(["a/~/b"]);
  });
});

describe("shellQuoteGlob", () => {
  it("keeps wildcards and quotes everything else", () => {
    expect(shellQuoteGlob("/var/log/my app/*.log")).toBe("'/var/log/my app/'*.log");
    expect(shellQuoteGlob("$(rm)/[ab]?")).toBe("'$(rm)/'[ab]?");
  });
});
