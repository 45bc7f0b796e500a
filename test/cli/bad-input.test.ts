import { spawnSync } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { createWorkplace, imgbuildPath, type Workplace } from "../helper/imgbuild.ts";
import { needsRoot, without } from "../helper/need.ts";

const good = 'source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n}\n';

/** A text in no encoding: NUL characters, and bytes that are no UTF-8. */
const binary = Buffer.from([0, 255, 0, 1, 0, ...Array.from({ length: 2000 }, (_, index) => (index * 151) % 256)]);

async function workplace(): Promise<Workplace> {
  const place = await createWorkplace();
  const files: Readonly<Record<string, string | Buffer>> = {
    "good.pkr.hcl": good,
    "empty.pkr.hcl": "",
    "empty.json": "",
    "binary.pkr.hcl": binary,
    "binary.json": binary,
    "folder/readme.txt": "",
    "vars.pkrvars.hcl/x": "",
    "private/t.pkr.hcl": good,
    "private.pkr.hcl": good,
    "private.pkrvars.hcl": "",
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(place.directory, name)), { recursive: true });
    await writeFile(join(place.directory, name), content);
  }
  for (const name of ["private", "private.pkr.hcl", "private.pkrvars.hcl"])
    await chmod(join(place.directory, name), 0o700);
  return place;
}

const cases: readonly (readonly [what: string, args: readonly string[], code: number, said: RegExp])[] = [
  ["a directory without templates", ["folder"], 1, /The directory folder holds no file named \*\.pkr\.hcl/],
  ["an empty template", ["empty.pkr.hcl"], 1, /empty\.pkr\.hcl declares nothing\./],
  ["an empty JSON template", ["empty.json"], 1, /empty\.json is empty\./],
  ["a template that is no text", ["binary.pkr.hcl"], 1, /holds a NUL character/],
  ["a JSON template that is no text", ["binary.json"], 1, /holds a NUL character|not valid UTF-8/],
  ["a template that is not there", ["god.pkr.hcl"], 1, /god\.pkr\.hcl does not exist\. Did you mean good\.pkr\.hcl\?/],
  ["a template given twice", ["good.pkr.hcl", "good.pkr.hcl"], 2, /takes one template/],
  ["no template", [], 2, /needs a template/],
  [
    "a flag that took the template for its value",
    ["-config-type", "good.pkr.hcl"],
    2,
    /-config-type is one of hcl2, json, not "good/,
  ],
  [
    "a directory for a variable file",
    ["-var-file=vars.pkrvars.hcl", "good.pkr.hcl"],
    1,
    /is a directory, and a file is/,
  ],
  ["a variable file that is no text", ["-var-file=binary.pkr.hcl", "good.pkr.hcl"], 1, /holds a NUL character/],
  ["a variable file of no kind", ["-var-file=folder", "good.pkr.hcl"], 1, /ends neither in \.hcl nor in \.json/],
];

describe.each(["build", "validate"])("%s", (command) => {
  it.each(cases)("says what is wrong with %s", async (_, args, code, said) => {
    const place = await workplace();
    const done = await place.run(command, ...args);
    expect(done.stdout + done.stderr).toMatch(said);
    expect(done.code).toBe(code);
  });

  it("says all that is wrong in one run", async () => {
    const place = await workplace();
    const done = await place.run(command, "-var-file=nope.hcl", "-var-file=binary.json", "-var", "=x", "good.pkr.hcl");
    const said = done.stdout + done.stderr;
    expect(said).toContain("nope.hcl does not exist");
    expect(said).toContain("NUL character");
    expect(said).toContain("-var takes name=value");
  });
});

/** As an ordinary user, who has no home. */
function asNobody(place: Pick<Workplace, "directory" | "env">, ...nodeArgs: readonly string[]) {
  return spawnSync("setpriv", [...NOBODY, process.execPath, ...nodeArgs], {
    cwd: place.directory,
    env: { ...place.env, IMGBUILD_STATE_DIR: "/nonexistent/state" },
    encoding: "utf8",
  });
}
const NOBODY = ["--reuid=65534", "--regid=65534", "--clear-groups"];

/** A checkout, or a Node.js, below a private directory is out of their reach. */
function withReach(): typeof it {
  const withPrograms = needsRoot("setpriv", "util-linux");
  if (withPrograms !== it) return withPrograms;
  const reads = asNobody(
    { directory: "/", env: {} },
    "-e",
    `fs.accessSync(${JSON.stringify(resolve("package.json"))})`,
  );
  return reads.status === 0 ? it : without("needs a checkout and a Node.js that other users may read");
}

describe("what an ordinary user may not read", () => {
  withReach().each([
    ["a template", ["private.pkr.hcl"], "private.pkr.hcl may not be read: permission is denied."],
    ["a directory", ["private"], "private may not be read: permission is denied."],
    ["a template in it", ["private/t.pkr.hcl"], "private/t.pkr.hcl may not be read: permission is denied."],
    ["a variable file", ["-var-file=private.pkrvars.hcl", "good.pkr.hcl"], "private.pkrvars.hcl may not be read"],
  ])("%s", async (_, args, said) => {
    const place = await workplace();
    await chmod(dirname(place.directory), 0o755);
    const done = asNobody(place, imgbuildPath, "validate", ...args);
    expect(done.stdout + done.stderr).toContain(said);
    expect(done.stdout + done.stderr).not.toContain("Did you mean");
    expect(done.status).toBe(1);
  });
});

it("says what cannot be written, and why", async () => {
  const place = await workplace();
  await writeFile(join(place.directory, "old.json"), '{ "builders": [{ "type": "null", "communicator": "none" }] }');
  const done = await place.run("hcl2_upgrade", "-output-file=nowhere/new.pkr.hcl", "old.json");
  expect(done.stderr).toMatch(/^Error: nowhere\/new\.pkr\.hcl could not be written\b.*no such file or directory/s);
  expect(done.code).toBe(1);
});
