import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { formatHcl } from "../../src/language/format/format.ts";
import { parseHcl } from "../../src/language/parse.ts";
import { registry } from "../../src/registry.ts";
import { readFixedTemplate } from "../../src/template/json/read-legacy-file.ts";
import { createUpgradeOptions } from "../../src/template/upgrade/upgrade-options.ts";
import { upgradeTemplate } from "../../src/template/upgrade/upgrade-template.ts";
import { corpusTemplates, itWithCorpus } from "../helper/corpus.ts";
import { fakeRegistry } from "../helper/fake-components.ts";
import { testHost, type TestLoad } from "../helper/load-for-test.ts";
import { loadText } from "../helper/load-text.ts";

const fakes = { ...fakeRegistry(), plugins: registry.plugins };

async function convert(text: string, components: typeof registry, cwd = "/"): Promise<string> {
  const { fixed } = readFixedTemplate({ name: "old.json", text });
  const options = await createUpgradeOptions(fixed!.template, {
    registry: components,
    host: testHost(cwd),
    withAnnotations: false,
  });
  return upgradeTemplate(fixed!.template, options);
}
const upgrade = (template: object, components = fakes) => convert(JSON.stringify(template), components);

const machine = { type: "machine" };
const run = (...inline: string[]) => ({ type: "run", inline });

describe("what hcl2_upgrade hides (T-06)", () => {
  it.each([
    ["a text", "secret-text"],
    ["the environment", "{{env `TOKEN`}}"],
    ["the environment and another variable", "{{env `TOKEN`}}-{{user `host`}}"],
    ["two variables", "{{user `host`}}-{{user `host`}}"],
    ["a time", "{{isotime}}"],
    ["a number of seconds", "at {{timestamp}}"],
    ["a directory", "{{template_dir}}/x"],
    ["a pipe", "{{env `TOKEN` | upper}}"],
    ["a value to be given", null],
    ["itself, so that it has to be given", "{{user `token`}}"],
    ["nothing: it is not declared", undefined],
  ])("is what the old template hid: a secret made from %s", async (_of, token) => {
    const old = {
      variables: { host: "host-1", ...(token === undefined ? {} : { token }) },
      "sensitive-variables": ["token"],
      builders: [machine],
      provisioners: [run("<{{user `token`}}>")],
    };
    const given: TestLoad = {
      env: { TOKEN: "t0ken" },
      vars: token === undefined || token === null || token.includes("user `token`") ? ["token=given-one"] : [],
    };
    const after = await loadText(await upgrade(old), given);
    expect(after.diagnostics).toEqual([]);
    const { inline } = after.template!.builds[0]!.provisioners[0]!.decode().config as { inline: string[] };
    expect(after.secrets).toContain(inline[0]!.slice(1, -1));
  });

  it("is not more than the old template hid", async () => {
    const text = await upgrade({
      variables: { open: "{{isotime}}", shut: "{{isotime}}" },
      "sensitive-variables": ["shut"],
      builders: [machine],
    });
    expect(text).toContain("locals {\n  open = legacy_isotime()\n}");
    expect(text).toContain('local "shut" {\n  sensitive  = true\n  expression = legacy_isotime()\n}');
  });
});

describe("what hcl2_upgrade keeps (T-06)", () => {
  it("takes everything about steps over", async () => {
    const text = await upgrade({
      description: "About it",
      variables: { where: "two" },
      builders: [machine, { ...machine, name: "two" }],
      provisioners: [
        {
          ...run("x"),
          name: "n",
          only: ["{{user `where`}}"],
          override: { "{{user `where`}}": { inline: ["y"] } },
          pause_before: "1s",
          max_retries: "2",
          timeout: "3s",
        },
      ],
      "post-processors": [{ type: "pack", name: "p", except: ["machine"], keep_input_artifact: true }],
    });
    const { template, diagnostics } = await loadText(text);
    expect(diagnostics).toEqual([]);
    const [one, two] = template!.builds;
    expect(one!.description).toBe("About it");
    expect([one!.provisioners.length, one!.chains.length]).toEqual([0, 0]);
    expect(two!.provisioners[0]).toMatchObject({ name: "n", pauseBeforeMs: 1000, maxRetries: 2, timeoutMs: 3000 });
    expect(two!.provisioners[0]!.decode().config).toMatchObject({ inline: ["y"] });
    expect(two!.chains[0]![0]).toMatchObject({ name: "p", keepInputArtifact: true });
  });
});

describe("what hcl2_upgrade writes once", () => {
  const amazon = (source: object) => ({
    type: "amazon-ebs",
    region: "us-east-1",
    ami_name: "tiny",
    instance_type: "t3.micro",
    ssh_username: "u",
    source_ami_filter: { filters: { name: "base-*" }, owners: ["self"], most_recent: true },
    ...source,
  });

  it.each([
    [{}, "source_ami    = data.amazon-ami.amazon-ebs.id"],
    [{ source_ami: "" }, "source_ami    = data.amazon-ami.amazon-ebs.id"],
    [{ source_ami: "{{user `ami`}}" }, 'source_ami    = var.ami != "" ? var.ami : data.amazon-ami.amazon-ebs.id'],
  ])("T-13: the image of an Amazon source with a filter and %o", async (source, expected) => {
    const text = await upgrade({ variables: { ami: "" }, builders: [amazon(source)] }, registry);
    expect(text).toContain(expected);
    expect(parseHcl({ name: "new", text }).diagnostics).toEqual([]);
  });

  it("T-13: an image by its id keeps the filter that it has to satisfy", async () => {
    const text = await upgrade({ builders: [amazon({ source_ami: "ami-1" })] }, registry);
    expect(text).toMatch(/source_ami += "ami-1"/);
    expect(text).toContain("source_ami_filter {");
    expect(parseHcl({ name: "new", text }).diagnostics).toEqual([]);
  });

  it("T-13: names that become the same, and the name of the time", async () => {
    const old = {
      variables: { "a b": "1", a_b: "2", timestamp: "{{timestamp}}" },
      builders: [machine, { ...machine, name: "x y" }, { ...machine, name: "x_y" }],
      provisioners: [run("{{user `a b`}}{{user `a_b`}}{{user `timestamp`}}{{timestamp}}")],
    };
    const { template, diagnostics } = await loadText(await upgrade(old));
    expect(diagnostics).toEqual([]);
    expect(template!.builds.map(({ identity }) => identity.name)).toEqual([
      "machine.machine",
      "machine.x_y",
      "machine.x_y_2",
    ]);
    expect(template!.builds[0]!.provisioners[0]!.decode().config).toMatchObject({
      inline: ["122024030514070920240305140709"],
    });
  });
});

describe("variables that are made from themselves (T-14)", () => {
  it.each([
    ["directly", { zone: "{{user `zone`}}" }, ["zone=x"]],
    ["by way of another", { zone: "{{user `other`}}", other: "a{{user `zone`}}" }, ["zone=x", "other=y"]],
  ])("%s are input variables without a default", async (_how, variables, vars) => {
    const old = { variables, builders: [machine], provisioners: [run("{{user `zone`}}")] };
    const text = await upgrade(old);
    expect(text).toContain('variable "zone" {\n  type = string\n}');
    const { template } = await loadText(text, { vars });
    expect(template!.builds[0]!.provisioners[0]!.decode().config).toMatchObject({ inline: ["x"] });
    const without = await loadText(text);
    expect(without.diagnostics.map(({ code }) => code)).toContain("unset-variable");
  });

  it("one made from such a one is a local value", async () => {
    const variables = { zone: "{{user `zone`}}", more: "{{user `zone`}}-more" };
    const { template } = await loadText(
      await upgrade({ variables, builders: [machine], provisioners: [run("{{user `more`}}")] }),
      { vars: ["zone=x"] },
    );
    expect(template!.builds[0]!.provisioners[0]!.decode().config).toMatchObject({ inline: ["x-more"] });
  });
});

describe("parts of templates (T-15)", () => {
  it("without builders and steps are variables only", async () => {
    expect(await upgrade({ variables: { sha: "2f27" } })).toBe(
      'variable "sha" {\n  type    = string\n  default = "2f27"\n}\n',
    );
  });

  it.each([
    ["{{user `label`}}", 'source "machine" "label" {}'],
    ["{{user `label`}}{{user `label`}}", 'source "machine" "machine" {}'],
    ["", 'source "machine" "machine" {}'],
  ])("give the builder %j a label", async (name, source) => {
    const text = await upgrade({ variables: { label: null }, builders: [{ ...machine, name }] });
    expect(text).toContain(source);
    expect((await loadText(text, { vars: ["label=x"] })).diagnostics).toEqual([]);
  });
});

describe("undeclared variables (T-01)", () => {
  it("are empty texts after the conversion as well", async () => {
    const old = { builders: [machine], provisioners: [run("<{{user `extra`}}>")] };
    const { template, diagnostics } = await loadText(await upgrade(old));
    expect(diagnostics).toEqual([]);
    expect(template!.builds[0]!.provisioners[0]!.decode().config).toMatchObject({ inline: ["<>"] });
  });
});

describe("every conversion of a real template", () => {
  itWithCorpus("parses and is canonical", async () => {
    const legacy = corpusTemplates().filter(({ isLegacy }) => isLegacy);
    expect(legacy.length).toBeGreaterThan(0);
    for (const { name, path } of legacy) {
      const text = await convert(readFileSync(path, "utf8"), registry, dirname(path));
      expect(parseHcl({ name, text }).diagnostics).toEqual([]);
      expect(formatHcl({ name, text })).toBe(text);
    }
  });
});
