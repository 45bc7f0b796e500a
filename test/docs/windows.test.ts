import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { winrmFields } from "../../src/sdk/schema/winrm.ts";

const page = readFileSync("docs/windows.md", "utf8");

describe("docs/windows.md", () => {
  it("names every option of WinRM", () => {
    expect(Object.keys(winrmFields).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it("names tests and files that exist", () => {
    const there = readdirSync("test", { recursive: true, encoding: "utf8" }).map((path) => basename(path));
    const tests = [...page.matchAll(/`([\w-]+\.test\.ts)`/g)].map(([, name]) => name!);
    expect(tests.length).toBeGreaterThan(4);
    expect(tests.filter((name) => !there.includes(name))).toEqual([]);
    const templates = [...page.matchAll(/templates\/([\w./-]+\w)/g)].map(([, name]) => name!);
    const found = readdirSync("templates", { recursive: true, encoding: "utf8" });
    expect(templates.filter((name) => !found.includes(name))).toEqual([]);
  });
});
