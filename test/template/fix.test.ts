import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fixTemplate } from "../../src/template/fix/fix-template.ts";
import { fixers } from "../../src/template/fix/fixers.ts";
import type { JsonRecord } from "../../src/template/fix/legacy-document.ts";

const fixtures = join(import.meta.dirname, "../fixture/fix");
const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as JsonRecord;

describe("fixTemplate", () => {
  it.each(readdirSync(fixtures))("fixes %s", async (name) => {
    const template = read(join(fixtures, name, "input.json"));
    fixTemplate(template);
    await expect(`${JSON.stringify(template, undefined, 2)}\n`).toMatchFileSnapshot(
      join(fixtures, name, "expected.json"),
    );
  });

  it.each(readdirSync(fixtures))("finds nothing more to fix in the fixed %s", (name) => {
    const template = read(join(fixtures, name, "input.json"));
    fixTemplate(template);
    const again = structuredClone(template);
    fixTemplate(again);
    expect(again).toEqual(template);
  });

  it("says what it replaced, and where it was", () => {
    const builder = { type: "virtualbox-iso", ssh_wait_timeout: "5m" };
    expect(fixTemplate({ builders: [builder] })).toEqual([
      { owner: builder, key: "ssh_wait_timeout", replacement: 'use "ssh_timeout"' },
    ]);
    expect(builder).toEqual({ type: "virtualbox-iso", ssh_timeout: "5m" });
  });

  it("survives templates of any shape", () => {
    for (const template of [
      {},
      { builders: 1, provisioners: {}, "post-processors": "x" },
      { builders: [null, 1, [], {}] },
    ]) {
      expect(() => fixTemplate(template)).not.toThrow();
    }
  });
});

describe("fixers", () => {
  it("are Packer's 34, each with a summary", () => {
    expect(fixers.map(({ name }) => name)).toHaveLength(34);
    for (const { summary } of fixers) expect(summary).toMatch(/^[A-Z].*\.$/);
  });
});
