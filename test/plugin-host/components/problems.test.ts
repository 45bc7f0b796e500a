import { describe, expect, it } from "vitest";
import { problemIssues, warningIssues } from "../../../src/plugin-host/components/problems.ts";
import { LateTemplate } from "../../../src/sdk/late-template.ts";

const checker = { plugin: "qemu", names: ["iso_checksum", "iso_url", "image", "format", "disk_size"] };
const late = (text: string): LateTemplate =>
  new LateTemplate(text, "any", { render: () => "", unknownNames: () => [] });

describe("what a plugin says of a configuration", () => {
  it.each<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
    ["disk_size is too small", { disk_size: 1 }, ["disk_size"]],
    ["image must be specified", {}, ["image"]],
    ["the image of a disk is broken", { image: "x" }, []],
    ["A checksum of 'none' was specified.", { iso_checksum: late("none"), iso_url: "x" }, ["iso_checksum"]],
    [
      'Error downloading: no such host in "file:https://a/SUMS"',
      { iso_checksum: "file:https://a/SUMS" },
      ["iso_checksum"],
    ],
    ["'x' is no good", { iso_url: "x", format: "x" }, []],
  ])("is at the argument it is about: %s", (text, config, path) => {
    expect(problemIssues(text, config, checker).map((issue) => issue.path)).toEqual([path]);
    expect(warningIssues([text], config, checker).map((issue) => issue.path)).toEqual([path]);
  });

  it("is one error for each of its complaints", () => {
    const text = '2 errors occurred:\n\t* disk_size is wrong\n\t* and so is "format"\n\n';
    expect(problemIssues(text, {}, checker).map(({ detail }) => detail)).toEqual([
      "qemu: disk_size is wrong",
      'qemu: and so is "format"',
    ]);
  });
});
