import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";

/** What the templates of the pages read. */
const FILES: Readonly<Record<string, string>> = {
  "files/nginx.conf": "events {}\n",
  "http/preseed.cfg": "d-i debian-installer/locale string en_US\n",
  "scripts/install.sh": "#!/bin/sh\n",
};

/** Whole templates: what has no build is a part of one. Those of beyond-packer.md have a test of their own. */
const examples = readdirSync("docs")
  .filter((name) => name.endsWith(".md") && name !== "beyond-packer.md")
  .flatMap((name) => {
    const blocks = [...readFileSync(join("docs", name), "utf8").matchAll(/```hcl\n(.*?)```/gs)];
    return blocks.map(([, template]) => ({ name, template: template! }));
  })
  .filter(({ template }) => /^build /m.test(template));

it("there are examples", () => expect(examples.length).toBeGreaterThan(6));

it.each(examples)("a template of docs/$name is valid, and formatted", async ({ template }) => {
  const place = await createWorkplace();
  for (const [name, content] of Object.entries({ ...FILES, "t.pkr.hcl": template })) {
    const path = join(place.directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  const { code, stdout, stderr } = await place.run("validate", "t.pkr.hcl");
  expect(code, stdout + stderr).toBe(0);
  expect(await place.run("fmt", "-check", "t.pkr.hcl")).toMatchObject({ code: 0 });
});
