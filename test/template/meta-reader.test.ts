import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadForTest } from "../helper/load-for-test.ts";

async function load(name: string, text: string) {
  const folder = mkdtempSync(join(tmpdir(), "meta-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), text);
  return loadForTest(name, folder);
}

/** One provisioner with these meta-arguments, in both syntaxes. Values are written the same in HCL and JSON. */
async function loadBoth(meta: Readonly<Record<string, string>>) {
  const entries = Object.entries(meta);
  const hcl = await load(
    "t.pkr.hcl",
    `source "machine" "m" {}
     build {
       sources = ["machine.m"]
       provisioner "run" {
         inline = ["x"]
         ${entries.map(([name, value]) => `${name} = ${value}`).join("\n")}
       }
     }`,
  );
  const members = [`"type": "run"`, `"inline": ["x"]`, ...entries.map(([name, value]) => `"${name}": ${value}`)];
  const json = await load(
    "t.json",
    `{ "builders": [{ "type": "machine" }], "provisioners": [{ ${members.join(", ")} }] }`,
  );
  return { hcl, json };
}

describe("meta-arguments", () => {
  it("mean the same in both syntaxes", async () => {
    const { hcl, json } = await loadBoth({
      pause_before: '"1m30s"',
      timeout: '"5m"',
      max_retries: "2",
      continue_on_error: "true",
    });
    const settings = { pauseBeforeMs: 90_000, timeoutMs: 300_000, maxRetries: 2, continueOnError: true };
    for (const { template, diagnostics } of [hcl, json]) {
      expect(diagnostics).toEqual([]);
      expect(template!.builds[0]!.provisioners[0]).toMatchObject(settings);
    }
  });

  it.each([
    ["pause_before", '""'],
    ["timeout", '""'],
    ["max_retries", '""'],
    ["override", "null"],
    ["override", "{}"],
    ["only", "null"],
  ])("%s = %s is none in JSON, and in HCL as well where it can be", async (name, value) => {
    const { hcl, json } = await loadBoth({ [name]: value });
    expect(json.diagnostics).toEqual([]);
    if (name !== "max_retries") expect(hcl.diagnostics).toEqual([]);
  });

  it.each(["1", '"x"', "true", "[1]", '{ "m": 1 }', '{ "m": "x" }', '{ "m": [1] }', '{ "zz": 1 }'])(
    "override = %s is no object of objects",
    async (value) => {
      const { hcl, json } = await loadBoth({ override: value });
      expect(hcl.diagnostics.map(({ code }) => code)).toContain("invalid-argument");
      expect(json.diagnostics.map(({ code }) => code)).toContain("wrong-shape");
    },
  );

  it.each(["pause_before", "timeout", "max_retries", "continue_on_error"])("%s is no list in JSON", async (name) => {
    const { json } = await loadBoth({ [name]: "[]" });
    expect(json.diagnostics).toMatchObject([{ code: "invalid-argument" }]);
  });

  it("takes a lone text for a list of names in JSON, as Packer", async () => {
    const load = async (meta: Readonly<Record<string, string>>) => (await loadBoth(meta)).json;
    const chosen = await load({ only: '"machine"' });
    expect(chosen.diagnostics).toEqual([]);
    expect(chosen.template!.builds[0]!.provisioners).toHaveLength(1);
    const left = await load({ except: '"machine"' });
    expect(left.diagnostics).toEqual([]);
    expect(left.template!.builds[0]!.provisioners).toHaveLength(0);
    expect((await load({ only: '"nope"' })).diagnostics).toMatchObject([{ code: "unknown-build" }]);
  });

  it.each([
    ["pause_before", '"soon"', 'a duration such as "30s", "5m" or "1h30m" is required'],
    ["timeout", '"-5m"', 'a duration such as "30s", "5m" or "1h30m" is required'],
    ["max_retries", "-1", "a whole number from 0 is required"],
    ["max_retries", "1.5", "a whole number from 0 is required"],
  ])("%s = %s is refused in the same words, at its value", async (name, value, why) => {
    const { hcl, json } = await loadBoth({ [name]: value });
    for (const { diagnostics } of [hcl, json]) {
      expect(diagnostics).toMatchObject([
        { code: "invalid-argument", detail: `Inappropriate value for "${name}": ${why}.` },
      ]);
      const { file, start, end } = diagnostics[0]!.subject!;
      expect(file.text.slice(start, end)).toBe(value);
    }
  });

  it("only and except exclude each other", async () => {
    const { hcl, json } = await loadBoth({ only: '["machine.m", "machine"]', except: '["machine.m", "machine"]' });
    const conflicts = [hcl, json].map(({ diagnostics }) =>
      diagnostics.filter(({ code }) => code === "conflicting-arguments"),
    );
    expect(conflicts.map(([first]) => first?.detail)).toEqual(
      Array(2).fill('Only one of "only" and "except" may be set. Remove one of them.'),
    );
  });
});
