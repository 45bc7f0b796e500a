import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseHcl } from "../../src/language/parse.ts";
import { registry } from "../../src/registry.ts";
import { readFixedTemplate } from "../../src/template/json/read-legacy-file.ts";
import { createUpgradeOptions } from "../../src/template/upgrade/upgrade-options.ts";
import { upgradeTemplate } from "../../src/template/upgrade/upgrade-template.ts";
import { fakeRegistry } from "../helper/fake-components.ts";
import { testHost } from "../helper/load-for-test.ts";

const fixtures = join(import.meta.dirname, "../fixture/upgrade");

async function upgrade(name: string, withAnnotations: boolean): Promise<string> {
  const text = readFileSync(join(fixtures, name, "input.json"), "utf8");
  const { fixed, diagnostics } = readFixedTemplate({ name: "input.json", text });
  expect(diagnostics).toEqual([]);
  const components = name === "amazon" ? registry : { ...fakeRegistry(), plugins: registry.plugins };
  const options = await createUpgradeOptions(fixed!.template, {
    registry: components,
    host: testHost("/"),
    withAnnotations,
  });
  return upgradeTemplate(fixed!.template, options);
}

describe("upgradeTemplate", () => {
  it.each(readdirSync(fixtures))("turns %s into HCL2", async (name) => {
    const text = await upgrade(name, false);
    await expect(text).toMatchFileSnapshot(join(fixtures, name, "expected.pkr.hcl"));
    expect(parseHcl({ name, text }).diagnostics).toEqual([]);
  });

  it("explains the parts when asked", async () => {
    const text = await upgrade("whole", true);
    expect(text).toContain("# Sources, one for each builder of the JSON template.");
    expect(parseHcl({ name: "whole", text }).diagnostics).toEqual([]);
  });

  it("T-06: keeps secret what is made of other values", async () => {
    const text = JSON.stringify({
      variables: { host: "h1", plain: "{{user `host`}}-x", token: "{{env `API_TOKEN`}}-{{user `host`}}" },
      "sensitive-variables": ["token"],
      builders: [{ type: "null", communicator: "none", ssh_host: "{{user `plain`}}{{user `token`}}" }],
    });
    const { fixed } = readFixedTemplate({ name: "input.json", text });
    const options = await createUpgradeOptions(fixed!.template, {
      registry,
      host: testHost("/"),
      withAnnotations: false,
    });
    const upgraded = upgradeTemplate(fixed!.template, options);
    expect(upgraded).toMatch(/local "token" \{\n {2}sensitive {2}= true\n {2}expression = /);
    expect(upgraded).toMatch(/locals \{\n {2}plain = /);
    expect(parseHcl({ name: "x", text: upgraded }).diagnostics).toEqual([]);
  });
});
