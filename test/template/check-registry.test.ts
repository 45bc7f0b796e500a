import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadForTest } from "../helper/load-for-test.ts";

async function codesOf(text: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "template-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "t.pkr.hcl"), text);
  return (await loadForTest("t.pkr.hcl", folder)).diagnostics.map(({ code }) => code);
}

const SOURCE = 'variable "v" {\n  default = "a b"\n}\nsource "machine" "m" {\n  image = "x"\n}\n';
const inBuild = (blocks: string) => `${SOURCE}build {\n  sources = ["machine.m"]\n${blocks}\n}\n`;
const inRoot = (blocks: string) => `${SOURCE}${blocks}\nbuild {\n  sources = ["machine.m"]\n}\n`;
const registry = (body: string) => `hcp_packer_registry {\n${body}\n}`;
const text = (length: number) => `"${"a".repeat(length)}"`;

/** What Packer 1.16 refuses, asked one by one (`packer validate`). */
const rows: readonly (readonly [body: string, isRefused: boolean])[] = [
  ["", false],
  ['bucket_name = "images"', false],
  ['bucket_name = "A-1"', false],
  ['bucket_name = "ab"', true],
  ['bucket_name = "a_b"', true],
  ['bucket_name = "im ages"', true],
  ["bucket_name = 5", true],
  ["bucket_name = var.v", true],
  [`bucket_name = ${text(36)}`, false],
  [`bucket_name = ${text(37)}`, true],
  [`description = ${text(255)}`, false],
  [`description = ${text(256)}`, true],
  ['bucket_labels = { "a b" = "x" }', false],
  ["nonsense = 1", false],
];

describe.each([
  ["a build", inBuild],
  ["the template", inRoot],
])("hcp_packer_registry in %s (D-10, V-04)", (_, within) => {
  it.each(rows)("with %s is refused: %s", async (body, isRefused) => {
    const expected = isRefused ? ["registry-ignored", "registry-limit"] : ["registry-ignored"];
    expect(await codesOf(within(registry(body)))).toEqual(expected);
  });

  it("is there once", async () => {
    expect(await codesOf(within(`${registry("")}\n${registry("")}`))).toEqual(["registry-ignored", "duplicate-block"]);
  });
});
