import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { winrmFields } from "../../src/sdk/schema/winrm.ts";

const page = readFileSync("docs/windows.md", "utf8");

describe("docs/windows.md", () => {
  it("names every option of WinRM", () => {
    expect(Object.keys(winrmFields).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it("names templates that exist", () => {
    const templates = [...page.matchAll(/templates\/([\w./-]+\w)/g)].map(([, name]) => name!);
    const found = readdirSync("templates", { recursive: true, encoding: "utf8" });
    expect(templates.length).toBeGreaterThan(2);
    expect(templates.filter((name) => !found.includes(name))).toEqual([]);
  });
});
