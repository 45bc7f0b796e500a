import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";

const page = readFileSync("docs/beyond-packer.md", "utf8");
const sections = page.split(/^## /m).slice(1);
const examples = sections.flatMap((section): (readonly [title: string, template: string])[] => {
  const [title = "", ...lines] = section.split("\n");
  return [...lines.join("\n").matchAll(/```hcl\n(.*?)```/gs)].map(([, template]) => [title, template!] as const);
});

const inJson = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, template]) => template!);

describe("the examples of what Packer does not have", () => {
  it.each(inJson)("are valid in JSON, too: %s", async (template) => {
    const place = await createWorkplace();
    writeFileSync(join(place.directory, "t.json"), template);
    expect(await place.run("validate", "t.json")).toMatchObject({ code: 0, stdout: "The configuration is valid.\n" });
  });

  it("are there", () => {
    expect(examples.length).toBeGreaterThan(5);
    expect(inJson).toHaveLength(1);
  });

  it.each(examples)("%s: is valid, and formatted", async (_, template) => {
    const place = await createWorkplace();
    writeFileSync(join(place.directory, "t.pkr.hcl"), template);
    const { code, stdout, stderr } = await place.run("validate", "-warnings-as-errors", "t.pkr.hcl");
    expect({ code, text: stdout + stderr }).toEqual({ code: 0, text: "The configuration is valid.\n" });
    expect(await place.run("fmt", "-check", "t.pkr.hcl")).toMatchObject({ code: 0 });
  });
});
