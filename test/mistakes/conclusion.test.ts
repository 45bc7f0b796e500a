import { expect, it } from "vitest";
import { conclusionOf } from "../../src/cli/conclusion.ts";
import { registry } from "../../src/registry.ts";
import { loadForTest } from "../helper/load-for-test.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

async function conclusion(name: string, template: string): Promise<readonly string[]> {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, name), template);
  const { diagnostics, unblocked } = await loadForTest(name, directory, { registry });
  return conclusionOf(diagnostics, unblocked);
}

const sources = 'source "null" "n" {\n  communicator = "none"\n}\nsource "vmware-iso" "b" {}\n';

it.each<[string, string, string, readonly string[]]>([
  ["one error", "t.pkr.hcl", 'build {\n  sources = ["null.n"]\n}\n', []],
  [
    "errors and warnings",
    "t.pkr.hcl",
    `${sources}variable "a" {}\nvariable "b" {}\nbuild {\n  sources = ["null.n"]\n}\n`,
    ["2 errors, 1 warning."],
  ],
  [
    "a builder that there is not",
    "t.pkr.hcl",
    `${sources}build {\n  sources = ["null.n", "vmware-iso.b"]\n}\n`,
    ["These builds can run: -only=null.n"],
  ],
  [
    "a provisioner that there is not, for one build",
    "t.pkr.hcl",
    `${sources}build {\n  name = "x"\n  sources = ["null.n", "vmware-iso.b"]\n  provisioner "ansible" {\n    only = ["vmware-iso.b"]\n  }\n}\n`,
    ["2 errors.", "These builds can run: -only=x.null.n"],
  ],
  [
    "a provisioner that there is not, for all",
    "t.pkr.hcl",
    `${sources}build {\n  sources = ["null.n", "vmware-iso.b"]\n  provisioner "ansible" {}\n}\n`,
    ["2 errors."],
  ],
  [
    "other errors beside",
    "t.pkr.hcl",
    `variable "a" {}\n${sources}build {\n  sources = ["null.n", "vmware-iso.b"]\n}\n`,
    ["2 errors."],
  ],
  [
    "JSON",
    "t.json",
    '{"builders": [{"type": "null", "communicator": "none"}, {"type": "vmware-iso"}]}',
    ["These builds can run: -only=null"],
  ],
])("after %s the end says how many, and what can run (V-08)", async (_, name, template, expected) => {
  expect(await conclusion(name, template)).toEqual(expected);
});
