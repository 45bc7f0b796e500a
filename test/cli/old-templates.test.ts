import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";

async function workplaceWith(files: Readonly<Record<string, string | object>>): Promise<Workplace> {
  const place = await createWorkplace();
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    await writeFile(join(place.directory, name), text);
  }
  return place;
}

const nothing = { type: "null", communicator: "none" };

describe("fix (T-07)", () => {
  /** What Packer 1.16 fixes without an error. */
  it.each([
    ["a builder nobody has", { builders: [{ type: "vmware-iso", iso_md5: "abc" }] }],
    [
      "a file that is not there",
      { builders: [nothing], provisioners: [{ type: "shell-local", script: "nowhere.sh" }] },
    ],
    ["a variable without a value", { variables: { x: null }, builders: [nothing] }],
    ["arguments a builder refuses", { builders: [{ type: "null", nonsense: 1, ssh_wait_timeout: "5m" }] }],
    ["a later Packer", { min_packer_version: "99.0", builders: [nothing] }],
    ["a name that a variable says", { builders: [nothing], provisioners: [{ type: "shell", only: ["{{user `x`}}"] }] }],
  ])("takes a template with %s", async (_what, template) => {
    const place = await workplaceWith({ "old.json": template });
    const { code, stdout, stderr } = await place.run("fix", "old.json");
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toHaveProperty("builders");
  });

  it.each([
    ["an unknown key", { foo: 1, builders: [nothing] }, /A template has no "foo"/],
    ["no builders", {}, /needs something to build/],
    ["two builders of one name", { builders: [nothing, nothing] }, /would both be called "null"/],
    ["a name nothing has", { builders: [nothing], provisioners: [{ type: "shell", only: ["x"] }] }, /"only" names "x"/],
    [
      "an override of nothing",
      { builders: [nothing], provisioners: [{ type: "shell", override: { x: {} } }] },
      /names "x"/,
    ],
    [
      "only and except",
      { builders: [nothing], provisioners: [{ type: "shell", only: ["null"], except: ["null"] }] },
      /Only one of "only" and "except"/,
    ],
  ])("says what is wrong with %s, and -validate=false does not", async (_what, template, said) => {
    const place = await workplaceWith({ "old.json": template });
    const checked = await place.run("fix", "old.json");
    expect(checked.code).toBe(1);
    expect(checked.stderr).toMatch(said);
    const unchecked = await place.run("fix", "-validate=false", "old.json");
    expect([unchecked.code, unchecked.stderr]).toEqual([0, ""]);
    expect(unchecked.stdout).toBe(checked.stdout);
  });

  it("T-16: what names a renamed builder follows it", async () => {
    const place = await workplaceWith({
      "old.json": {
        builders: [{ type: "virtualbox" }, { type: "proxmox", name: "own" }],
        provisioners: [{ type: "shell", only: ["virtualbox"], override: { virtualbox: { inline: ["x"] }, own: {} } }],
        "post-processors": [{ type: "manifest", except: ["virtualbox"] }, "compress"],
      },
    });
    const { code, stdout, stderr } = await place.run("fix", "old.json");
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual({
      builders: [{ type: "virtualbox-iso" }, { type: "proxmox-iso", name: "own" }],
      provisioners: [
        { type: "shell", only: ["virtualbox-iso"], override: { "virtualbox-iso": { inline: ["x"] }, own: {} } },
      ],
      "post-processors": [{ type: "manifest", except: ["virtualbox-iso"] }, "compress"],
    });
  });
});

describe("hcl2_upgrade (T-15)", () => {
  it("converts builders nobody has, says so, and fails", async () => {
    const place = await workplaceWith({
      "old.json": { builders: [nothing, { type: "nope", x: 1 }, { type: "docker" }] },
    });
    const { code, stderr } = await place.run("hcl2_upgrade", "-output-file=new.pkr.hcl", "old.json");
    expect(code).toBe(1);
    expect(stderr).toBe(
      "Neither imgbuild nor a plugin it knows of has the builder nope. Its sources were written as they stand.\n",
    );
    expect(await readFile(join(place.directory, "new.pkr.hcl"), "utf8")).toContain(
      'source "nope" "nope" {\n  x = 1\n}',
    );
  });
});

describe("-no-warn-undeclared-var (T-11)", () => {
  const hcl = 'source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n}\n';
  it.each([
    ["validate", [], true],
    ["validate", ["-no-warn-undeclared-var"], false],
    ["validate", ["-no-warn-undeclared-var=true"], false],
    ["validate", ["-no-warn-undeclared-var=false"], true],
    ["build", [], false],
    ["build", ["-warn-on-undeclared-var"], true],
    ["build", ["-warn-on-undeclared-var=false"], false],
  ])("%s %j", async (command, flags, isWarned) => {
    const place = await workplaceWith({
      "t.pkr.hcl": hcl,
      "t.json": { builders: [nothing] },
      "v.pkrvars.hcl": 'nosuch = "x"\n',
      "v.json": { nosuch: "x" },
    });
    for (const [file, template] of [
      ["v.pkrvars.hcl", "t.pkr.hcl"],
      ["v.json", "t.json"],
    ]) {
      const { code, stdout, stderr } = await place.run(command, ...flags, `-var-file=${file}`, template!);
      expect(code).toBe(0);
      expect(/nosuch/.test(stdout + stderr)).toBe(isWarned);
    }
  });
});
