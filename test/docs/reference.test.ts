import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { registry } from "../../src/registry.ts";

const COMMITTED = "docs/reference";

describe("docs/reference", () => {
  it("is what the schemas say (make docs)", () => {
    const directory = mkdtempSync(join(tmpdir(), "imgbuild-docs-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    execFileSync(process.execPath, ["--import", "tsx", "tools/gen-docs.ts", directory]);
    const read = (folder: string) =>
      Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
    expect(read(COMMITTED)).toEqual(read(directory));
  }, 120_000);

  it("describes every option in words", async () => {
    const kinds = ["builder", "provisioner", "post-processor", "data-source"] as const;
    const { describeSchema } = await import("../../src/cli/commands/docs/describe.ts");
    for (const kind of kinds) {
      for (const type of registry.types(kind)) {
        const component = (await registry.load(kind, type))!;
        const silent = describeSchema(component.schema).filter(
          ({ description, deprecated }) => description === "" && !deprecated,
        );
        expect(silent.map(({ name }) => `${kind} ${type}: ${name}`)).toEqual([]);
      }
    }
  });
});

describe("links between the pages", () => {
  it("lead to files that are there", () => {
    const pages = [
      "README.md",
      "CONTRIBUTING.md",
      ...readdirSync("docs")
        .filter((name) => name.endsWith(".md"))
        .map((name) => join("docs", name)),
    ];
    const broken = pages.flatMap((page) => {
      const links = [...readFileSync(page, "utf8").matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)].map(
        ([, target]) => target!,
      );
      return links.filter((target) => !isThere(join(page, "..", target))).map((target) => `${page}: ${target}`);
    });
    expect(broken).toEqual([]);
  });
});

function isThere(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}
