import { describe, expect, it } from "vitest";
import { screenFileNames } from "../../src/cli/screen-file-names.ts";

describe("screenFileNames", () => {
  it.each([
    ["one machine", "/w/shot.png", ["debian"], ["/w/shot.png"]],
    ["several", "/w/shot.png", ["debian", "alpine"], ["/w/shot-debian.png", "/w/shot-alpine.png"]],
    ["names that are the same", "shot", ["a", "a", "a-2"], ["shot-a", "shot-a-2", "shot-a-2-2"]],
    ["names that are no file names", "/w/s.png", ["a/b", "../c"], ["/w/s-a_b.png", "/w/s-.._c.png"]],
  ])("%s", (_, path, machines, expected) => {
    expect(screenFileNames(path, machines)).toEqual(expected);
  });
});
