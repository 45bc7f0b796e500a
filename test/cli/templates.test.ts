import { readdirSync, readFileSync } from "node:fs";
import { cp, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";

/** What `make virtualbox`, `make aws`, `make quickstart` and the README lead to. */
const templates = readdirSync("templates", { recursive: true, encoding: "utf8" })
  .filter((name) => /\.pkr\.(hcl|json)$/.test(name) || name.endsWith("go-counter-demo.json"))
  .sort();

/** Values that have no default in a template. */
const given: Readonly<Record<string, readonly string[]>> = {
  "quickstart.pkr.hcl": ["-var", "iso=installer.iso"],
  "go-counter-demo/go-counter-demo.json": ["-var", "cloud_token=none", "-var", "version=1.0.0"],
};

describe("the templates that come with imgbuild", () => {
  it("are all here", () => {
    expect(templates).toEqual([
      "aws.pkr.hcl",
      "go-counter-demo/go-counter-demo.json",
      "nginx-ubuntu/nginx-ubuntu.pkr.hcl",
      "quickstart.pkr.hcl",
      "virtualbox.pkr.hcl",
    ]);
  });

  it.each(templates)("%s is valid", async (name) => {
    const place = await createWorkplace();
    // A legacy template's paths are those of where it is run: in its own folder.
    await cp("templates", join(place.directory, ".."), { recursive: true });
    await cp(join("templates", dirname(name)), place.directory, { recursive: true });
    await writeFile(join(place.directory, "installer.iso"), "");
    const template = name.endsWith(".json") ? basename(name) : resolve("templates", name);
    const { code, stdout, stderr } = await place.run("validate", ...(given[name] ?? []), template);
    expect(stdout + stderr).toContain("The configuration is valid.");
    expect(code).toBe(0);
  });

  it.each(templates.filter((name) => name.endsWith(".hcl")))("%s is formatted", async (name) => {
    const place = await createWorkplace();
    expect(await place.run("fmt", "-check", resolve("templates", name))).toMatchObject({ code: 0, stdout: "" });
  });
});

describe("the policy in the README", () => {
  const policyOf = (page: string): unknown => JSON.parse(/```json\n([^]*?)```/.exec(readFileSync(page, "utf8"))![1]!);

  it("is the one that docs/aws-permissions.md explains", () => {
    expect(policyOf("README.md")).toEqual(policyOf(join("docs", "aws-permissions.md")));
  });
});
