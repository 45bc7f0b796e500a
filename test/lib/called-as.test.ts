import { describe, expect, it } from "vitest";
import { calledAs } from "../../src/lib/called-as.ts";

describe("calledAs", () => {
  it.each([
    ["node", ["node", "/usr/bin/imgbuild", "build"], "imgbuild", ["build"]],
    ["node", ["node", "/usr/bin/packer", "build"], "packer", ["build"]],
    ["node", ["node", "/usr/bin/imgbuild", "packer", "build"], "packer", ["build"]],
    ["node", ["node", "/home/me/packer/imgbuild.js", "version"], "imgbuild", ["version"]],
    ["packer", ["/opt/imgbuild", "/opt/imgbuild", "version"], "packer", ["version"]],
    ["C:\\bin\\packer.exe".replaceAll("\\", "/"), ["x", "x"], "packer", []],
    ["node", ["node"], "imgbuild", []],
  ])("%s %j", (argv0, argv, program, args) => {
    expect(calledAs({ argv0, argv })).toEqual({ program, args });
  });
});
