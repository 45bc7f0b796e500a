import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { functionReference } from "../../src/language/functions/catalog.ts";
import { registry } from "../../src/registry.ts";
import type { ComponentKind } from "../../src/sdk/component.ts";

const page = readFileSync("docs/from-packer.md", "utf8");

/** What stands between back quotes in the section, or in the item of it that begins like this. */
function named(section: string, item = ""): readonly string[] {
  const text = page.split(/^## /m).find((part) => part.startsWith(section))!;
  const lines = text.split(/\n(?=\* )/).filter((part) => part.includes(item));
  return lines.flatMap((part) => [...part.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
}

const types = (["builder", "provisioner", "post-processor", "data-source"] satisfies ComponentKind[]).flatMap((kind) =>
  registry.types(kind),
);

describe("moving from Packer", () => {
  it("names only commands that there are", () => {
    const claimed = named("The same", "Commands and flags").filter((name) => /^[a-z_0-9]+$/.test(name));
    expect(claimed).toEqual(expect.arrayContaining(["build", "validate", "fmt"]));
    expect(claimed.filter((name) => !Object.hasOwn(commands, name))).toEqual([]);
    const beyond = named("Beyond Packer", "imgbuild runs");
    expect(
      beyond.filter((name) => !name.startsWith("-") && !Object.hasOwn(commands, name.replace("imgbuild ", ""))),
    ).toEqual([]);
  });

  it("names only components and functions of ours as ours", async () => {
    const components = named("Beyond Packer", "provisioners `reboot`").filter(
      (name) => !["mode", "owner", "become"].includes(name),
    );
    expect(components).toContain("wait-for");
    expect(components.filter((name) => !types.includes(name))).toEqual([]);
    const functions = (await functionReference()).map(({ name }) => name);
    const claimed = named("Beyond Packer", "OpenTofu").filter((name) => name !== "…");
    expect(claimed.length).toBeGreaterThan(3);
    expect(claimed.filter((name) => !functions.includes(name))).toEqual([]);
  });

  it("calls missing what is missing", () => {
    const missing = named("Missing").filter((name) => !name.includes("*"));
    expect(missing).toContain("amazon-instance");
    expect(missing.filter((name) => types.includes(name))).toEqual([]);
  });
});
