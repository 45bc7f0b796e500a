import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { createWorkplace, imgbuildPath } from "../helper/imgbuild.ts";

const files = {
  "ok.pkr.hcl": 'source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n}\n',
  "bad.pkr.hcl": 'source "null" "n" {\n  comunicator = "none"\n}\n',
  "ragged.pkr.hcl": 'source   "null" "n" {}\n',
  "vars.pkrvars.hcl": 'a = "b"\n',
  "old.json": '{"builders":[{"type":"null","communicator":"none"}]}\n',
};

/** A workplace in which `packer` is a link to the command. */
async function createPacker(env: Readonly<Record<string, string>> = {}) {
  const place = await createWorkplace({ PACKER_CONFIG_DIR: "config", CHECKPOINT_DISABLE: "1", ...env });
  const link = join(place.temporary, "packer");
  symlinkSync(imgbuildPath, link);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(place.directory, name), content);
  const packer = async (...args: string[]) => {
    const child = spawn(link, args, { cwd: place.directory, env: place.env, stdio: ["ignore", "pipe", "pipe"] });
    const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await closed, stdout, stderr };
  };
  return { ...place, link, packer };
}

/** Exit codes as Packer 1.16.0 had them. */
const lines: readonly (readonly [code: number, line: string])[] = [
  [127, ""],
  [0, "version"],
  [0, "version extra"],
  [0, "-machine-readable version"],
  [0, "--version"],
  [0, "-v"],
  [0, "-v build"],
  [0, "version -h"],
  [0, "-h"],
  [0, "--help build"],
  [127, "help"],
  [127, "bogus"],
  [127, "-bogus"],
  [127, "-machine-readable"],
  [1, "build"],
  [0, "build -h"],
  [1, "build -nope ok.pkr.hcl"],
  [1, "build missing.pkr.hcl"],
  [1, "build a b"],
  [1, "build -on-error=bogus ok.pkr.hcl"],
  [1, "build -parallel=false ok.pkr.hcl"],
  [0, "build ok.pkr.hcl"],
  [
    0,
    "build -color=false -debug=false -force -machine-readable -on-error=run-cleanup-provisioner -parallel-builds=1 -timestamp-ui -warn-on-undeclared-var -ignore-prerelease-plugins -use-sequential-evaluation -skip-enforcement -only=null.n -except=x -var-file=vars.pkrvars.hcl ok.pkr.hcl",
  ],
  [1, "validate"],
  [
    0,
    "validate -syntax-only -no-warn-undeclared-var -evaluate-datasources -ignore-prerelease-plugins -use-sequential-evaluation -machine-readable ok.pkr.hcl",
  ],
  [1, "validate bad.pkr.hcl"],
  [0, "validate old.json"],
  [0, "inspect -machine-readable -use-sequential-evaluation ok.pkr.hcl"],
  [3, "fmt -check ragged.pkr.hcl"],
  [3, "fmt -check -diff -recursive -write=false ."],
  [1, "fmt"],
  [0, "console -config-type=hcl2 -use-sequential-evaluation -var-file=vars.pkrvars.hcl"],
  [0, "fix -validate=false old.json"],
  [1, "fix"],
  [0, "hcl2_upgrade -output-file=new.pkr.hcl -with-annotations old.json"],
  [0, "init -upgrade -force ok.pkr.hcl"],
  [1, "init"],
  [1, "plugins"],
  [0, "plugins installed"],
  [0, "plugins required ok.pkr.hcl"],
  [1, "plugins install"],
  [1, "plugins bogus"],
];

describe("called as packer", () => {
  it("answers every command line with Packer's exit code", async () => {
    const { packer } = await createPacker();
    const codes: [number | null, string][] = [];
    for (const [, line] of lines) codes.push([(await packer(...line.split(" ").filter(Boolean))).code, line]);
    expect(codes).toEqual(lines);
  });

  it("says which Packer it can stand for, in Packer's form", async () => {
    const { packer, run } = await createPacker();
    const versions = [await packer("version"), await packer("-v"), await packer("--version"), await packer("-version")];
    versions.push(await packer("version", "more"), await run("packer", "version"));
    expect(new Set(versions.map(({ stdout }) => stdout))).toEqual(new Set(["Packer v1.16.0\n"]));
    for (const args of [
      ["-machine-readable", "version"],
      ["version", "-machine-readable"],
    ]) {
      const { stdout } = await packer(...args);
      expect(stdout.replaceAll(/^\d+/gm, "0")).toBe(
        "0,,version,1.16.0\n0,,version-prelease,\n0,,version-commit,\n0,,ui,say,Packer v1.16.0\n",
      );
    }
  });

  it("has verified nothing where it is asked to verify an attestation, and says what does", async () => {
    const place = await createWorkplace();
    const asPacker = await place.run("packer", "verify-attestation", "-key", "key.pem", "image.intoto.json");
    expect(asPacker).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("cosign verify-blob") as string,
    });
    const byItsOwnName = await place.run("verify-attestation", "image.intoto.json");
    expect([byItsOwnName.code, byItsOwnName.stderr]).toEqual([2, asPacker.stderr]);
  });

  it("prints help where Packer does, under that name", async () => {
    const { packer } = await createPacker();
    const [none, asked, build] = [await packer(), await packer("--help"), await packer("build", "--help")];
    expect(none.stdout).toBe(asked.stdout);
    expect(asked.stdout).toContain(
      "Usage: packer [--version] [--help] <command> [<args>]\n\nAvailable commands are:\n",
    );
    expect(asked.stdout).toMatch(/^ {4}validate +\S/m);
    expect(build.stdout).toContain("Usage: packer build [flags] TEMPLATE");
    expect(build.stdout + asked.stdout).not.toContain("imgbuild build");
  });

  it("takes Packer's variables of the environment", async () => {
    const { packer, directory } = await createPacker({
      PACKER_LOG: "1",
      PACKER_LOG_PATH: "log/packer.log",
      PACKER_NO_COLOR: "1",
      PACKER_PLUGIN_PATH: "plugins",
      PACKER_GITHUB_API_TOKEN: "planted-token",
      PKR_VAR_greeting: "from the environment",
    });
    mkdirSync(join(directory, "log"));
    const template =
      'variable "greeting" {}\nsource "file" "f" {\n  content = var.greeting\n  target = "made.txt"\n}\n';
    writeFileSync(join(directory, "greeting.pkr.hcl"), `${template}build {\n  sources = ["file.f"]\n}\n`);
    const { code, stdout } = await packer("build", "greeting.pkr.hcl");
    expect([code, stdout.includes("Build 'file.f' finished after")]).toEqual([0, true]);
    const shown = execFileSync("cat", ["made.txt", "log/packer.log"], { cwd: directory, encoding: "utf8" });
    expect(shown).toContain("from the environment");
    expect(shown).not.toContain("planted-token");
  });

  it("knows the functions of JSON templates in a console without one", async () => {
    const { directory, env, link } = await createPacker();
    const input = "{{upper `text`}}\n";
    expect(execFileSync(link, ["console"], { cwd: directory, env, input, encoding: "utf8" })).toBe("TEXT\n");
  });

  it("serves what wrappers do: a Makefile that validates and builds, a test that looks at the version", async () => {
    const { directory, env, temporary } = await createPacker();
    const makefile = [
      "TEMPLATES := $(wildcard *.json)",
      "all: check",
      "\t@for template in $(TEMPLATES) ; do packer validate $$template || exit 1 ; done",
      "\tpacker build -force -only=null -var 'cm=nocm' $(TEMPLATES)",
      "check:",
      "\t@packer version | grep -q '^Packer v1\\.[1-9][0-9]*\\.'",
      '\t@test "$$(packer -machine-readable version | awk -F, \'$$3 == "version" { print $$4 }\')" = 1.16.0',
      "",
    ];
    writeFileSync(join(directory, "Makefile"), makefile.join("\n"));
    const PATH = `${temporary}:${env["PATH"]}`;
    const printed = execFileSync("make", [], { cwd: directory, env: { ...env, PATH }, encoding: "utf8" });
    expect(printed).toContain("Builds finished. The artifacts of successful builds are:");
  });
});
