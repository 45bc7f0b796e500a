import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { textOf } from "../../src/language/value.ts";
import { BuildError } from "../../src/sdk/error.ts";
import type { LateTemplate } from "../../src/sdk/late-template.ts";
import { loadTemplate } from "../../src/template/load-template.ts";
import { fakeRegistry } from "../helper/fake-components.ts";
import { loadForTest, testHost, type TestLoad } from "../helper/load-for-test.ts";

async function load(text: string, options: TestLoad = {}, name = "t.pkr.hcl") {
  const folder = mkdtempSync(join(tmpdir(), "template-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), text);
  return loadForTest(name, folder, options);
}

const rule = (condition: string): string =>
  `variable "a" {
     type = number
     default = 1
     validation {
       condition = ${condition}
       error_message = "It is."
     }
   }`;

const codes = ({ diagnostics }: { diagnostics: readonly { code: string }[] }) => diagnostics.map(({ code }) => code);

describe("loadTemplate", () => {
  it("reads independent data sources at the same time, and dependent ones after each other", async () => {
    const running: string[] = [];
    const seen: string[][] = [];
    const loaded = await load(
      `data "echo" "a" { input = "a" }
       data "echo" "b" { input = "b" }
       data "echo" "c" { input = "\${data.echo.a.output}\${data.echo.b.output}" }
       locals { all = data.echo.c.output }
       source "machine" "m" { image = local.all }
       build { sources = ["machine.m"] }`,
      {
        readDataSource: async (address, source, config) => {
          running.push(address);
          seen.push([...running]);
          await new Promise((resolve) => setTimeout(resolve, 20));
          running.splice(running.indexOf(address), 1);
          return source.read({} as never, config);
        },
      },
    );
    expect(loaded.diagnostics).toEqual([]);
    expect(seen).toEqual([["data.echo.a"], ["data.echo.a", "data.echo.b"], ["data.echo.c"]]);
    expect(loaded.template!.builds[0]!.builder.decode().config).toMatchObject({ image: "ab" });
  });

  it("leaves data sources unknown when nothing may be read, and puts off what depends on them", async () => {
    const loaded = await load(
      `data "echo" "a" { input = "a" }
       source "machine" "m" {
         size = data.echo.a.output
         tags = { n = "\${data.echo.a.length + 1}" }
       }
       build { sources = ["machine.m"] }`,
      { readDataSource: undefined },
    );
    expect(loaded.diagnostics).toEqual([]);
    expect(loaded.template!.builds[0]!.builder.decode().config).toBeUndefined();
  });

  it("wants for_each to be known at load", async () => {
    const loaded = await load(
      `data "echo" "a" { input = "a" }\nsource "machine" "m" { for_each = data.echo.a.output }\nbuild { sources = ["machine.m"] }`,
      { readDataSource: undefined },
    );
    expect(codes(loaded)).toEqual(["not-known-yet"]);
  });

  it("reports a data source that cannot be read at its block, with the reason", async () => {
    const loaded = await load(
      `data "echo" "a" { input = 1 }\nsource "machine" "m" { image = data.echo.a.output }\nbuild { sources = ["machine.m"] }`,
      {
        readDataSource: () => Promise.reject(new BuildError("The server said no", { hint: "Ask again." })),
      },
    );
    expect(loaded.diagnostics).toMatchObject([
      { code: "data-source-failed", detail: "data.echo.a: The server said no\nAsk again." },
    ]);
  });

  it("evaluates provisioners again with what the machine turned out to be", async () => {
    const { template, diagnostics, secrets } = await load(
      `variable "pw" {
         default   = "hunter2"
         sensitive = true
       }
       source "machine" "m" {}
       build {
         name = "b"
         sources = ["machine.m"]
         dynamic "provisioner" {
           for_each = ["one"]
           labels = ["run"]
           content {
             inline = ["\${provisioner.value} \${build.Host}:\${build.Port} \${build.name} {{ build \`MachineId\` }} \${upper(build.User)}"]
             environment = { PW = "x-\${var.pw}" }
             execute_command = "{{ .Path }} {{ build_name }} \${build.ID}"
           }
         }
       }`,
    );
    expect(diagnostics).toEqual([]);
    const [provisioner] = template!.builds[0]!.provisioners;
    expect(provisioner!.decode().config).toBeUndefined();
    const { config } = provisioner!.decode({ Host: "10.0.0.1", Port: 2222, User: "root", ID: "i-1", MachineId: "m-1" });
    const { execute_command: command, ...rest } = config as { execute_command: LateTemplate };
    expect(rest).toEqual({ inline: ["one 10.0.0.1:2222 b m-1 ROOT"], environment: { PW: "x-hunter2" } });
    expect(command.render({ Path: "/tmp/x" })).toBe("/tmp/x m i-1");
    expect(secrets).toEqual(["hunter2", "x-hunter2"]);
  });

  it("freezes the time: the functions of HCL and of {{ }} agree, and SOURCE_DATE_EPOCH replaces the clock", async () => {
    const text = `source "machine" "m" {
       image = "\${legacy_isotime("2006-01-02")} {{ isotime \`2006-01-02\` }} {{ timestamp }}"
       names = [timestamp()]
     }
     build { sources = ["machine.m"] }`;
    const { template } = await load(text, { env: { SOURCE_DATE_EPOCH: "86400" } });
    expect(template!.builds[0]!.builder.decode().config).toMatchObject({
      image: "1970-01-02 1970-01-02 86400",
      names: ["1970-01-02T00:00:00Z"],
    });
  });

  it("gives the root cause of an error once, however many builds share it, and not what follows from it", async () => {
    const loaded = await load(
      `locals {
         broken = upper(1, 2)
         behind = "\${local.broken}!"
       }
       source "machine" "a" { image = local.behind }
       source "machine" "b" { image = local.behind }
       build {
         sources = ["machine.a", "machine.b"]
         provisioner "run" { inlin = [local.behind] }
       }`,
    );
    expect(codes(loaded)).toEqual(["too-many-arguments", "unknown-argument"]);
  });

  const hcl = 'source "machine" "x" {}\nbuild { sources = ["machine.x"] }\n';
  it.each([
    ["JSON", '{"builders": [{"type": "machine", "name": "x"}]}', undefined],
    ["JSON with a mark", '\uFEFF{"builders": [{"type": "machine", "name": "x"}]}', "json"],
    ["HCL (T-20)", hcl, undefined],
    ["HCL with a mark", `\uFEFF${hcl}`, "hcl2"],
    ["HCL that begins with a comment", `# {\n${hcl}`, undefined],
  ] as const)("reads a template in %s from standard input", async (_syntax, text, configType) => {
    const stdin = Readable.from([text]) as never;
    const host = { ...testHost(tmpdir()), stdin };
    const common = {
      vars: [],
      varFiles: [],
      only: [],
      except: [],
      undeclaredVariables: "warn",
      registry: fakeRegistry(),
      onSecret: () => {},
    } as const;
    const loaded = await loadTemplate({ ...common, path: "-", configType, host, signal: new AbortController().signal });
    expect(loaded.template!.builds.map(({ identity }) => identity.name)).toEqual(["machine.x"]);
  });

  it("says what is wrong with a path", async () => {
    const folder = mkdtempSync(join(tmpdir(), "template-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "debian.pkr.hcl"), "");
    const missing = await loadForTest("debain.pkr.hcl", folder);
    expect(missing.diagnostics).toMatchObject([
      { code: "unreadable-file", detail: "debain.pkr.hcl does not exist. Did you mean debian.pkr.hcl?" },
    ]);
    const below = await loadForTest("debian.pkr.hcl/x", folder);
    expect(below.diagnostics).toMatchObject([
      { detail: "debian.pkr.hcl/x does not exist: a part of the path is a file." },
    ]);
  });

  const builds = `source "machine" "m" {}\nbuild { sources = ["machine.m"] }\n`;
  it.each([
    ["a brace that is not closed", `locals {`, true],
    ["a block of no such type", `foo {}`, true],
    ["an argument at the top", `foo = 1`, true],
    ["two variables of a name", `variables {\n a = 1\n}\nvariable "a" {}`, true],
    ["two locals of a name", `locals { a = 1 }\nlocals { a = 2 }`, true],
    ["two data sources of a name", `data "echo" "a" {}\ndata "echo" "a" {}`, true],
    ["two sources of a name", `source "machine" "m" {}`, true],
    ["a label too many", `locals "x" {}`, true],
    ["a local without expression", `local "a" {}`, true],
    ["an argument a local has not", `local "a" {\n expression = 1\n foo = 2\n}`, true],
    ["a type that is none", `variable "a" { type = foo }`, true],
    ["a default of another type", `variable "a" {\n type = number\n default = "x"\n}`, true],
    ["a default that is not constant", `variable "a" { default = var.b }`, true],
    ["a rule without condition", `variable "a" {\n validation {\n error_message = "No."\n }\n}`, true],
    ["a rule of another variable", rule("var.b > 1"), true],
    ["a plugin without version", `packer {\n required_plugins {\n x = { source = "a/b" }\n }\n}`, true],
    ["a variable without value", `variable "a" {}`, false],
    ["a value against the rule", rule("var.a > 1"), false],
    ["a reference to nothing", `locals { a = local.b }`, false],
    ["a cycle", `locals { a = local.a }`, false],
    ["a function there is not", `locals { a = nope() }`, false],
    ["a component there is not", `source "nope" "a" {}`, false],
    ["a source there is not", `build { sources = ["machine.no"] }`, false],
    ["an argument of a build", `build { foo = 1 }`, false],
  ])("tells whether the form is wrong, which syntaxOnly reports alone: %s", async (_what, text, isMalformed) => {
    const loaded = await load(builds + text);
    expect(codes(loaded)).not.toEqual([]);
    expect(loaded.isMalformed).toBe(isMalformed);
    const looked = await load(builds + text, { syntaxOnly: true });
    expect(looked.diagnostics.length > 0).toBe(isMalformed);
  });

  it.each([
    ["-var of another type", { vars: ["a=x"] }, true],
    ["-var of no variable", { vars: ["b=1"] }, true],
    ["-var without value", { vars: ["a"] }, true],
    ["a file that is not there", { varFiles: ["no.pkrvars.hcl"] }, true],
    ["a value against the rule", { vars: ["a=0"] }, false],
  ])("counts what is given for variables to the form: %s", async (_what, given, isMalformed) => {
    const loaded = await load(builds + rule("var.a > 1"), given);
    expect(loaded.isMalformed).toBe(isMalformed);
    expect(codes(loaded)).not.toEqual([]);
  });

  it.each(["p${1 + 1}", "${w}%{ if", "$${b}", "%%{x}", "pa$$wo%%rd", "", "é\n${", "[1]"])(
    "takes a text of a JSON variable file for what it says: %j",
    async (text) => {
      const folder = mkdtempSync(join(tmpdir(), "template-"));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      writeFileSync(join(folder, "f.json"), JSON.stringify({ a: text, b: { [`${text}k`]: [text] } }));
      const variables = 'variable "a" { type = string }\nvariable "b" { default = null }\n';
      const locals = 'local "both" { expression = jsonencode([var.a, var.b]) }\n';
      writeFileSync(join(folder, "t.pkr.hcl"), variables + locals + builds);
      const { template, diagnostics } = await loadForTest("t.pkr.hcl", folder, { varFiles: ["f.json"] });
      expect(diagnostics).toEqual([]);
      const [both] = template!.locals;
      expect(JSON.parse(textOf(both!.value))).toEqual([text, { [`${text}k`]: [text] }]);
    },
  );

  it.each([`[null]`, `["machine.m", null]`, `null`, `[1]`, `"machine.m"`, `{}`])(
    "refuses sources that are no texts: %s",
    async (sources) => {
      const loaded = await load(`source "machine" "m" {}\nbuild { sources = ${sources} }`);
      expect(loaded.diagnostics.filter(({ severity }) => severity === "error")).toHaveLength(1);
    },
  );

  it("stops after the structure with syntaxOnly", async () => {
    const loaded = await load(
      `variable "x" {}\nsource "nope" "m" { image = var.y }\nbuild { sources = ["a.b"] }\nprovisioner "x" {}`,
      { syntaxOnly: true },
    );
    expect(codes(loaded)).toEqual(["unknown-block"]);
  });

  it("survives 10,000 local values in a chain and 20,000 nested brackets", async () => {
    const chain = Array.from(
      { length: 10_000 },
      (_, index) => `l${index} = ${index === 0 ? "1" : `local.l${index - 1} + 1`}`,
    );
    const loaded = await load(
      `locals {\n${chain.join("\n")}\n}\nsource "machine" "m" { size = local.l9999 }\nbuild { sources = ["machine.m"] }`,
    );
    expect(loaded.template!.builds[0]!.builder.decode().config).toMatchObject({ size: 10_000 });
    expect(codes(await load(`locals { x = ${"[".repeat(20_000)}${"]".repeat(20_000)} }`))).toContain(
      "nesting-too-deep",
    );
    expect(codes(await load(`{"builders": ${"[".repeat(20_000)}${"]".repeat(20_000)}}`, {}, "t.json"))).toContain(
      "nesting-too-deep",
    );
  });
});
