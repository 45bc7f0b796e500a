import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { applyEdits } from "../../src/cli/apply-edits.ts";
import { diagnosticToJson } from "../../src/language/render/diagnostic-json.ts";
import { diagnose, mended, shortly } from "../helper/diagnose.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

const DIGEST = "md5:d41d8cd98f00b204e9800998ecf8427e";
const step = (body: string) =>
  `source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n  provisioner "shell-local" {\n    ${body}\n  }\n}\n`;
const machine = (type: string, body: string) =>
  `source "${type}" "m" {\n  iso_url = "http://example.com/x.iso"\n  iso_checksum = "${DIGEST}"\n  ssh_username = "u"\n  ssh_password = "p"\n  ${body}\n}\nbuild {\n  sources = ["${type}.m"]\n}\n`;

describe("the mistakes of every day say what to write (V-09)", () => {
  it.each<[string, string, string, boolean]>([
    [
      "a variable of the shell",
      step('inline = ["echo ${HOME}"]'),
      '7:23 error: There is nothing named "HOME" here. For the shell\'s own variable, write $${HOME}.',
      true,
    ],
    ["env.HOME", step('inline = ["${env.HOME}"]'), 'For a variable of the environment, write env("HOME")', true],
    [
      "none without quotes",
      step('inline = ["x"]').replace('"none"', "none"),
      '2:18 error: There is nothing named "none" here. Text is in quotes: "none".',
      true,
    ],
    [
      "a source without quotes",
      step('inline = ["x"]').replace('"null.n"', "source.null.n"),
      'Text is in quotes: "source.null.n".',
      true,
    ],
    [
      "text for a list",
      step('inline = "echo hi"'),
      '7:14 error: Inappropriate value for "inline": a list is required, not "echo hi". Put it in brackets: ["echo hi"].',
      true,
    ],
    [
      "a map of variables",
      step('inline = ["x"]\n    environment_vars = { A = "b" }'),
      'Write texts, ["A=value"], or use "env", which takes a map.',
      false,
    ],
    ["memory with a unit", machine("qemu", 'memory = "512M"'), "MiB are meant: write 512.", true],
    ["a disk with a unit", machine("virtualbox-iso", 'disk_size = "40G"'), "MiB are meant: write 40960.", true],
    [
      "one row of vboxmanage",
      machine("virtualbox-iso", 'vboxmanage = ["modifyvm", "x"]'),
      'Inappropriate value for "vboxmanage": a list of lists is required. Put the row in brackets of its own: [[…]].',
      true,
    ],
    [
      "no checksum",
      machine("qemu", "").replace(/ {2}iso_checksum.*\n/, ""),
      'Write "sha256:" and its digits, "file:" and the place of a checksum file, or "none".',
      false,
    ],
    [
      "a provisioner in a source",
      machine("qemu", 'provisioner "shell" {\n    inline = ["x"]\n  }'),
      'A "provisioner" belongs in a build block',
      true,
    ],
  ])("%s: once, and with a change where there is one", async (_, template, expected, isMended) => {
    const found = await diagnose(template);
    expect(found.map(shortly)).toEqual([expect.stringContaining(expected)]);
    if (isMended) expect(await diagnose(mended(template, found))).toEqual([]);
    else expect(found[0]!.edits).toBeUndefined();
  });

  it("a misspelt name is still called that", async () => {
    expect((await diagnose(step('inline = ["${vra.x}"]')))[0]!.detail).toContain('Did you mean "var"?');
  });
});

describe("proposed changes", () => {
  it("are in the JSON of a diagnostic", async () => {
    const [found] = await diagnose(step('inlin = ["x"]'));
    const { edits } = diagnosticToJson(found!);
    expect(edits).toMatchObject([
      { text: "inline", range: { start: { line: 7, column: 5 }, end: { line: 7, column: 10 } } },
    ]);
  });

  it("are made in the files they are for, which are left alone when they have changed since", async () => {
    const directory = temporaryDirectory();
    const template = step('inlin = "echo"\n    environmentt_vars = ["A=b"]');
    const found = await diagnose(template);
    writeFileSync(join(directory, "t.pkr.hcl"), template);
    expect(await applyEdits(found, directory)).toEqual(["t.pkr.hcl"]);
    const changed = readFileSync(join(directory, "t.pkr.hcl"), "utf8");
    expect(changed).toContain("    inline = ");
    expect(changed).toContain("environment_vars = ");
    expect(await applyEdits(found, directory)).toEqual([]);
    expect(readFileSync(join(directory, "t.pkr.hcl"), "utf8")).toBe(changed);
  });

  it("at one place stay in their order, and what two mistakes need is added once", async () => {
    const directory = temporaryDirectory();
    const inside = ["one", "two"].map(
      (word) => `  provisioner "shell-local" {\n    inline = ["\${env.HOME} ${word}"]\n  }\n`,
    );
    const template = step('inline = ["x"]').replace('"none"\n', `"none"\n${inside.join("")}`);
    writeFileSync(join(directory, "t.pkr.hcl"), template);
    // The change inside of what moves has to wait.
    await applyEdits(await diagnose(template), directory);
    const moved = readFileSync(join(directory, "t.pkr.hcl"), "utf8");
    expect(moved.slice(moved.indexOf("build {"))).toContain(inside.join(""));
    await applyEdits(await diagnose(moved), directory);
    const written = readFileSync(join(directory, "t.pkr.hcl"), "utf8");
    expect(written.match(/variable "home"/g)).toHaveLength(1);
    expect(await diagnose(written)).toEqual([]);
  });
});

describe("a script that was pasted into a template (V-11)", () => {
  const script = Array.from({ length: 50 }, (_, index) => `echo ${index} done`).join("\n");
  it("is a few errors, not one for each of its lines", async () => {
    const template = step('inline = [\n"a"\n"b",\n]').replace(/\}\n\}\n$/, `}\n${script}\n}\n`);
    const found = await diagnose(template);
    expect(found.length).toBeLessThanOrEqual(4);
    expect(found[0]!.code).toBe("missing-comma");
    expect(found.at(-1)!.code).toBe("more-problems");
    expect(found.at(-1)!.detail).toMatch(/^\d+ more problems were found in this file/);
  });
});
