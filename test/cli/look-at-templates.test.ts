import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { imgbuildCommand } from "../helper/imgbuild.ts";

const [program, ...before] = imgbuildCommand;

const folder = mkdtempSync(join(tmpdir(), "imgbuild-look-"));
afterAll(() => rmSync(folder, { recursive: true }));

function imgbuild(input: string, ...args: readonly string[]) {
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, IMGBUILD_STATE_DIR: join(folder, "state") };
  return spawnSync(program, [...before, ...args], { cwd: folder, env, input, encoding: "utf8" });
}

const files: Readonly<Record<string, string | object>> = {
  "all.json": {
    description: "About it",
    variables: { a: "b", req: null, sec: "hidden-one" },
    "sensitive-variables": ["sec"],
    builders: [
      { type: "docker", image: "debian", commit: true },
      { type: "null", name: "nn", communicator: "none" },
    ],
    provisioners: [
      { type: "ansible-local", playbook_file: "p.yml" },
      { type: "shell", nonsense: true, only: ["nn"] },
      { type: "nope" },
    ],
    "post-processors": ["manifest", [{ type: "vagrant" }, "zzz"]],
  },
  "none.json": { variables: {} },
  "all.pkr.hcl": `
    variable "unset" { type = string }
    variable "secrets" {
      default   = ["one-secret", "two-secret"]
      sensitive = true
    }
    data "nope" "d" { input = "hello" }
    data "null" "e" { input = "hello" }
    locals {
      final = upper(data.null.e.output)
      lost  = data.nope.d.output
      next  = "\${var.unset}-x"
    }
    source "nosuch" "x" { foo = 1 }
    source "null" "n"   { communicator = "none" }
    build {
      name    = "b"
      sources = ["null.n", "nosuch.x"]
      source "null.n" { name = "extra" }
      provisioner "shell-local" {
        name   = "pname"
        inline = ["x"]
      }
      provisioner "nopep" { only = ["nosuch.x"] }
      post-processor "nopepp" { only = ["null.extra"] }
      post-processors {
        post-processor "manifest" { name = "pp" }
        post-processor "nopepp" { except = ["null.n"] }
      }
    }`.replace(/\{ (\w+ += [^{}]*?) \}/g, "{\n$1\n}"),
  "console.json": {
    variables: { word: "abc", hidden: "hide-me", need: null, home: "{{env `HOME`}}" },
    "sensitive-variables": ["hidden"],
    builders: [{ type: "null", communicator: "none" }, { type: "docker" }],
  },
  "v.json": { word: "from-file" },
};
for (const [name, content] of Object.entries(files))
  writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));

describe("inspect lists what imgbuild does not have (T-08)", () => {
  it("in JSON, as Packer does", () => {
    const { status, stdout, stderr } = imgbuild("", "inspect", "all.json");
    expect(status).toBe(0);
    expect(stdout.split("\nNote:")[0]).toBe(
      [
        "Packer Inspect: JSON mode",
        "Description:\n\nAbout it\n",
        "Required variables:\n\n  req\n",
        "Optional variables and their defaults:\n\n  a   = b\n  sec = <sensitive>\n",
        "Builders:\n\n  docker\n  nn     (null)\n",
        "Provisioners:\n\n  ansible-local\n  shell\n  nope\n",
      ].join("\n"),
    );
    expect(stderr).not.toContain("Error");
    expect(stderr.match(/Warning: (Unknown|Missing plugin)/g)).toHaveLength(4);
  });

  it("in JSON without variables and builders", () => {
    const { status, stdout, stderr } = imgbuild("", "inspect", "none.json");
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("Variables:\n\n  <No variables>\n\nBuilders:\n\n  <No builders>\n");
    expect(stdout).not.toContain("Optional variables");
  });

  it("in Packer's lines", () => {
    const { status, stdout } = imgbuild("", "inspect", "-machine-readable", "all.json");
    expect(status).toBe(0);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => line.replace(/^\d+,,/, ""));
    expect(lines).toEqual([
      "template-variable,a,b,0",
      "template-variable,req,,1",
      "template-variable,sec,<sensitive>,0",
      "template-builder,docker,docker",
      "template-builder,nn,null",
      "template-provisioner,ansible-local",
      "template-provisioner,shell",
      "template-provisioner,nope",
    ]);
  });

  it("in HCL, with every step of a build block (D-9: each secret item hidden by itself)", () => {
    const { status, stdout, stderr } = imgbuild("", "inspect", "all.pkr.hcl");
    expect(status).toBe(0);
    expect(stdout).toContain(String.raw`var.secrets: "[\n  \"<sensitive>\",\n  \"<sensitive>\",\n]"`);
    expect(stdout.slice(stdout.indexOf("    sources:"))).toBe(
      `    sources:\n\n      null.n\n\n      nosuch.x\n\n      null.extra\n\n    provisioners:\n\n      shell-local.pname\n      nopep\n
    post-processors:\n\n      0:\n        nopepp\n\n      1:\n        manifest.pp\n        nopepp\n\n`,
    );
    expect(stderr).not.toContain("Error");
  });

  it("as JSON", () => {
    for (const [name, builders] of [
      ["all.json", ["docker", "null"]],
      ["all.pkr.hcl", ["null", "nosuch", "null"]],
    ] as const) {
      const { status, stdout } = imgbuild("", "inspect", "-json", name);
      expect(status).toBe(0);
      const { builds } = JSON.parse(stdout) as { builds: { builder: string }[] };
      expect(builds.map(({ builder }) => builder)).toEqual(builders);
    }
  });
});

describe("console of a JSON template (T-12)", () => {
  it.each([
    ["{{upper `x`}} {{user `word`}}", "X abc"],
    ["plain text", "plain text"],
    ["1 + 1", "1 + 1"],
    ["{{user `nope`}}.", "."],
    ["{{user `need`}}.", "."],
    ["{{user `home`}}", folder],
    ["{{isotime | len}}", "20"],
    ["{{template_dir}}", folder],
    ["{{user `hidden`}}", "<sensitive>"],
  ])("%s is %s", (input, expected) => {
    const { status, stdout, stderr } = imgbuild(`${input}\n`, "console", "console.json");
    expect(stdout).toBe(`${expected}\n`);
    expect(stderr).not.toContain("Error");
    expect(status).toBe(0);
  });

  it.each(["{{env `HOME`}}", "{{build_name}}", "{{build `ID`}}", "{{nope}}", "{{"])(
    "%s is an error, and the next line is read",
    (input) => {
      const { status, stdout, stderr } = imgbuild(`${input}\n{{user \`word\`}}\n`, "console", "console.json");
      expect(stdout).toBe("abc\n");
      expect(stderr).toContain("Error: Invalid template");
      expect(status).toBe(1);
    },
  );

  it("takes variables, knows help and variables, and stops at exit", () => {
    const word = "{{user `word`}}\n";
    expect(imgbuild(word, "console", "-var", "word=x", "console.json").stdout).toBe("x\n");
    expect(imgbuild(word, "console", "-var-file=v.json", "console.json").stdout).toBe("from-file\n");
    const { stdout } = imgbuild(`help\nvariables\nexit\n${word}`, "console", "console.json");
    expect(stdout).toContain("what a JSON template makes of it");
    expect(stdout).toContain('word: "abc"');
    expect(stdout).toContain("hidden: <sensitive>");
    expect(stdout).not.toMatch(/^abc$/m);
  });

  it("needs no template", () => {
    expect(imgbuild("{{upper `x`}} 1\n", "console", "-config-type=json").stdout).toBe("X 1\n");
    expect(imgbuild('upper("x")\n', "console").stdout).toBe("X\n");
  });
});

describe("streams (T-20)", () => {
  const hcl = 'variable "a" {}\nsource "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n}\n';
  it("a template in HCL is read from a pipe", () => {
    const { status, stdout } = imgbuild(hcl, "validate", "-var", "a=1", "-");
    expect([status, stdout]).toEqual([0, "The configuration is valid.\n"]);
  });

  it.each(['a = "1"\n', '{"a": "1"}'])("variables are read from one: %s", (text) => {
    writeFileSync(join(folder, "pipe.pkr.hcl"), hcl);
    writeFileSync(join(folder, "values"), text);
    // A pipe of a shell: what Node gives its children is a socket, which cannot be opened by name.
    const command = `cat values | "$@" validate -var-file=/dev/stdin pipe.pkr.hcl`;
    const shell = spawnSync("sh", ["-c", command, "sh", ...imgbuildCommand], { cwd: folder, encoding: "utf8" });
    expect([shell.status, shell.stdout]).toEqual([0, "The configuration is valid.\n"]);
  });

  it("a byte order mark is no part of JSON and CSV", () => {
    writeFileSync(join(folder, "d.json"), '\uFEFF{"a":1}');
    writeFileSync(join(folder, "d.csv"), "\uFEFFa,b\n1,2\n");
    const { stdout } = imgbuild('jsondecode(file("d.json")).a\ncsvdecode(file("d.csv"))[0].a\n', "console");
    expect(stdout).toBe("1\n1\n");
  });
});

describe("console of a template in HCL (T-17)", () => {
  it.each([
    ["1 + 1", "2"],
    ["local.final", "HELLO"],
    ["data.null.e.output", "hello"],
    ["var.unset", "<unknown>"],
    ["local.next", "<unknown>"],
    ["local.lost", "<unknown>"],
  ])("%s is %s, whatever else is unset or missing", (input, expected) => {
    const { status, stdout, stderr } = imgbuild(`${input}\n`, "console", "all.pkr.hcl");
    expect(stderr).not.toContain("Error");
    expect([status, stdout]).toEqual([0, `${expected}\n`]);
  });

  it("a mark at the start of the input is dropped (T-20)", () => {
    expect(imgbuild("\uFEFF1 + 1\n", "console").stdout).toBe("2\n");
  });
});

describe("a template whose form is wrong (issue 16)", () => {
  const nullBuild = 'source "null" "a" { communicator = "none" }\nbuild { sources = ["null.a"] }\n';
  const malformed = 'variable "x" {\n type = number\n default = "abc"\n}\n';
  const wellFormed = "locals { a = 1 + nope }\n";

  it.each([
    ["a default that does not fit", "f.pkr.hcl", malformed + nullBuild, 1],
    ["an expression that fails", "f.pkr.hcl", wellFormed + nullBuild, 0],
    ["JSON with an unknown key", "f.json", '{"builders":[{"type":"null"}],"foo":1}', 1],
    ["JSON with an unknown argument", "f.json", '{"builders":[{"type":"null","foo":1}]}', 0],
  ])("ends inspect and validate -syntax-only alike: %s", (_what, name, text, code) => {
    writeFileSync(join(folder, name), text);
    const inspected = imgbuild("", "packer", "inspect", name);
    expect(inspected.status).toBe(code);
    expect(inspected.stdout === "").toBe(code === 1);
    expect(imgbuild("", "validate", "-syntax-only", name).status).toBe(code);
  });
});

it("inspect shows the defaults and names of a JSON template as written: what they call may be a secret", () => {
  const template = {
    variables: { key: "{{env `HOME`}}", word: "w", both: "{{user `word`}}" },
    builders: [{ type: "null", name: "n-{{user `word`}}", communicator: "none" }],
  };
  writeFileSync(join(folder, "raw.json"), JSON.stringify(template));
  const { stdout } = imgbuild("", "inspect", "-var=word=given", "raw.json");
  expect(stdout).toContain("  key  = {{env `HOME`}}\n  word = w\n  both = {{user `word`}}\n");
  expect(stdout).toContain("  n-{{user `word`}} (null)\n");
  const lines = imgbuild("", "inspect", "-machine-readable", "raw.json").stdout;
  expect(lines).toContain("template-variable,key,{{env `HOME`}},0");
  expect(lines).toContain("template-builder,n-{{user `word`}},null");
});
