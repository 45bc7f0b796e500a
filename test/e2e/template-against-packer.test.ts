import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { valueToJson } from "../../src/language/to-json.ts";
import { registry } from "../../src/registry.ts";
import { fixTemplate } from "../../src/template/fix/fix-template.ts";
import type { JsonRecord } from "../../src/template/fix/legacy-document.ts";
import { readFixedTemplate } from "../../src/template/json/read-legacy-file.ts";
import { createUpgradeOptions } from "../../src/template/upgrade/upgrade-options.ts";
import { upgradeTemplate } from "../../src/template/upgrade/upgrade-template.ts";
import { corpusTemplates, type CorpusTemplate } from "../helper/corpus.ts";
import { loadForTest, testHost } from "../helper/load-for-test.ts";
import { needs } from "../helper/need.ts";

/** What Debian's Packer (1.6.6) says about the same templates. */
const packer = (args: readonly string[], cwd: string) =>
  execa("packer", args, { cwd, reject: false, env: { CHECKPOINT_DISABLE: "1" } });
const legacy = corpusTemplates().filter(({ isLegacy }) => isLegacy);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "against-packer-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("imgbuild fix", () => {
  for (const { name, path } of legacy) {
    needs("packer", "packer")(`fixes ${name} as Packer does`, async () => {
      const theirs = await packer(["fix", "-validate=false", path], folder);
      const ours = JSON.parse(readFileSync(path, "utf8")) as JsonRecord;
      fixTemplate(ours);
      expect(ours).toEqual(JSON.parse(theirs.stdout));
    });
  }
});

describe("imgbuild hcl2_upgrade", () => {
  for (const template of legacy) {
    needs("packer", "packer")(`turns ${template.name} into HCL2 that Packer can parse and we can load`, async () => {
      const text = await upgrade(template);
      const path = join(folder, "upgraded.pkr.hcl");
      // Packer 1.6 does not know required_plugins yet.
      writeFileSync(path, text.replace(/^packer \{[\s\S]*?\n\}\n/, ""));
      const theirs = await packer(["validate", "-syntax-only", path], dirname(template.path));
      expect(theirs.stdout).toContain("Syntax-only check passed");
      const { diagnostics } = await loadForTest(path, dirname(template.path), { registry });
      // What the JSON template leaves to a file of variables is missing in both.
      const before = await loadForTest(template.path, dirname(template.path), { registry });
      const own = new Set(before.diagnostics.map(({ code }) => code));
      const errors = diagnostics.filter(
        ({ severity, code }) => severity === "error" && !/^unknown-.*-type$/.test(code) && !own.has(code),
      );
      expect(errors.map(({ detail }) => detail)).toEqual([]);
    });
  }
});

/** Values and names on which the old Packer and we have to agree: `packer inspect` prints both. */
const inspected = `variable "text" { default = "a" }
variable "number" { default = 1.50 }
variable "given" { type = string }
variable "from_env" { default = "x" }
variable "flag" { type = bool }
variable "last" { default = "default" }
locals {
  joined = "\${var.text}-\${upper(var.given)}"
  count  = length(["a", "b"]) * 2
}
source "null" "one" {
  communicator = "none"
}
source "null" "two" { communicator = "none" }
build {
  name    = "first"
  sources = ["source.null.one", "null.two"]
}
build {
  sources = ["sources.null.one"]
}
`;

describe("loadTemplate", () => {
  needs("packer", "packer")("gives variables and locals the values packer inspect shows", async () => {
    const path = join(folder, "inspected.pkr.hcl");
    writeFileSync(path, inspected.replace("sources.null.one", "source.null.one"));
    const vars = ["given=x=y", "flag=true", "last=one", "last=two"];
    const env = { PKR_VAR_from_env: "env" };
    const options = vars.flatMap((value) => ["-var", value]);
    const theirs = await execa("packer", ["inspect", ...options, path], { env, reject: false });
    const shown = [...theirs.stdout.matchAll(/^(?:var|local)\.(\w+): "(.*)"$/gm)].map(([, name, value]) => [
      name,
      value,
    ]);
    const { template, diagnostics } = await loadForTest(path, folder, { vars, env });
    expect(diagnostics.filter(({ code }) => code !== "unknown-builder-type")).toEqual([]);
    const ours = [...template!.variables, ...template!.locals].map(({ name, value }) => [
      name,
      String(JSON.parse(valueToJson(value))),
    ]);
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(ours));
  });
});

async function upgrade({ path, name }: CorpusTemplate): Promise<string> {
  const { fixed } = readFixedTemplate({ name, text: readFileSync(path, "utf8") });
  const options = await createUpgradeOptions(fixed!.template, {
    registry,
    host: testHost(dirname(path)),
    withAnnotations: false,
  });
  return upgradeTemplate(fixed!.template, options);
}
