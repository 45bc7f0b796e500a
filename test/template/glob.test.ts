import { describe, expect, it } from "vitest";
import { compileGlob } from "../../src/template/glob.ts";

describe("compileGlob", () => {
  it.each([
    ["null.example", "null.example", true],
    ["null.example", "nullxexample", false],
    ["*.example", "web.null.example", true],
    ["null.*", "null.", true],
    ["nul?.x", "null.x", true],
    ["nul?.x", "nul.x", false],
    ["m[abc].x", "mb.x", true],
    ["m[a-c].x", "md.x", false],
    ["m[!a].x", "mb.x", true],
    ["{null,file}.x", "file.x", true],
    ["{null,f*}.x", "foo.x", true],
    ["{null,file}.x", "qemu.x", false],
    ["a,b", "a,b", true],
    ["a\\*b", "a*b", true],
    ["a\\*b", "axb", false],
    ["a+(b)$", "a+(b)$", true],
  ])("%s matches %s: %s", (pattern, name, matches) => {
    expect(compileGlob(pattern)!.test(name)).toBe(matches);
  });

  it.each(["[z-a]", "{a", "{a,{b}"])("has no meaning for %s", (pattern) => {
    expect(compileGlob(pattern)).toBeUndefined();
  });
});
