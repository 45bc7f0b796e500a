import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";
import { findPlanted, PLANTED } from "../helper/transcripts.ts";

const secret = `${PLANTED} with 'quotes' & "more"/+`;
const key = [
  "-----BEGIN KEY-----",
  `${PLANTED}-line-one-of-the-key`,
  `${PLANTED}-line-two-of-the-key`,
  "-----END KEY-----",
].join("\n");

/** Everything a template can do with a secret but keep it to itself. */
const template = `
variable "password" {
  type      = string
  sensitive = true
}
variable "longer" {
  type      = string
  sensitive = true
}
variable "key" {
  type      = string
  sensitive = true
}
locals {
  derived = "user:\${var.password}"
}

source "file" "a" {
  target  = "out-a"
  content = "hello"
}

build {
  sources = ["source.file.a"]

  provisioner "shell-local" {
    environment_vars = ["PASSWORD=\${var.password}", "LONGER=\${var.longer}", "KEY=\${var.key}"]
    inline = [
      "echo \\"raw $PASSWORD\\"",
      "echo \\"longer $LONGER\\" >&2",
      "printf '%s' \\"$PASSWORD\\" | base64 -w 20",
      "printf '%s' \\"xy$LONGER\\" | base64",
      "printf '%s' \\"$PASSWORD\\" | od -An -v -tx1 | tr -d ' \\\\n'; echo",
      "echo \\"$KEY\\"",
      "echo \\"$KEY\\" | sed 's/^/  indented: /'",
      "printf '%s' \\"$PASSWORD\\" | cut -c1-9 | tr -d '\\\\n'; sleep 0.3; printf '%s' \\"$PASSWORD\\" | cut -c10-",
      "printf '%s\\\\n' \\"$PASSWORD\\" | fold -w 7",
      "printf '\\\\033[31m%s\\\\033[0m\\\\n' \\"$LONGER\\"",
      "set -x; : \\"$PASSWORD\\"",
    ]
  }

  provisioner "shell-local" {
    environment_vars = ["DERIVED=\${local.derived}"]
    inline           = ["echo \\"$DERIVED\\"", "exit \${var.failing}"]
  }

  post-processor "manifest" {
    output      = "manifest.json"
    custom_data = { password = var.password, encoded = base64encode(var.longer) }
  }
}

variable "failing" {
  default = "0"
}
`;

async function workplace(): Promise<Workplace & { readonly temporary: string }> {
  const temporary = temporaryDirectory();
  const place = await createWorkplace({
    TMPDIR: temporary,
    PKR_VAR_password: secret,
    PKR_VAR_longer: `${secret}-and-a-tail`,
    PKR_VAR_key: key,
  });
  await writeFile(join(place.directory, "t.pkr.hcl"), template);
  return { ...place, temporary };
}

/** What was printed and written, but for the template. */
async function leaksIn(place: Workplace, texts: readonly string[], planted: string = PLANTED): Promise<string[]> {
  const directory = temporaryDirectory();
  await Promise.all(texts.map((text, index) => writeFile(join(directory, `printed-${index}`), text)));
  return [...findPlanted(directory, planted), ...findPlanted(place.directory, planted)];
}

describe("a secret", () => {
  it.each([
    ["text", []],
    ["machine-readable", ["-machine-readable"]],
    ["JSON", ["-json"]],
    ["text with times", ["-timestamp-ui"]],
  ])("is in no output, log, manifest, metadata or run record (%s)", async (_, flags) => {
    const place = await workplace();
    const done = await place.run("build", ...flags, "-metadata-file=metadata.json", "t.pkr.hcl");
    expect({ code: done.code, stdout: done.stdout, stderr: done.stderr }).toMatchObject({ code: 0 });
    const runs = await place.run("runs", "-json");
    expect(await leaksIn(place, [done.stdout, done.stderr, runs.stdout])).toEqual([]);
    expect(done.stdout).toContain("<sensitive>");
    const manifest = await readFile(join(place.directory, "manifest.json"), "utf8");
    expect(JSON.parse(manifest)).toMatchObject({
      builds: [{ custom_data: { password: "<sensitive>", encoded: "<sensitive>" } }],
    });
    expect(await readdir(place.temporary)).toEqual([]);
  });

  it("is in no error, annotation or summary of a CI system", async () => {
    const place = await workplace();
    const github = { ...place.env, GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: join(place.directory, "summary.md") };
    const failing = await createWorkplace(github);
    await writeFile(join(failing.directory, "t.pkr.hcl"), template);
    const done = await failing.run("build", "-var", "failing=3", "t.pkr.hcl");
    expect(done.code).toBe(1);
    expect(done.stdout).toContain("::error");
    expect(await readFile(join(place.directory, "summary.md"), "utf8")).toContain("file.a");
    expect(await leaksIn(place, [done.stdout, done.stderr])).toEqual([]);
    expect(await leaksIn(failing, [])).toEqual([]);
  });

  it("is not in the debug log, which shows each command with its exit code and time, and each decision", async () => {
    const place = await workplace();
    const debugging = await createWorkplace({
      ...place.env,
      PACKER_LOG: "1",
      PACKER_LOG_PATH: join(place.directory, "debug.log"),
    });
    await writeFile(join(debugging.directory, "t.pkr.hcl"), template);
    const done = await debugging.run("build", "t.pkr.hcl");
    expect(done.code).toBe(0);
    const log = await readFile(join(place.directory, "debug.log"), "utf8");
    expect(log).toMatch(/command: .*"code":0,"durationMs":/);
    expect(log).toMatch(/step "write file" succeeded after/);
    expect((await stat(join(place.directory, "debug.log"))).mode & 0o077).toBe(0);
    expect(await leaksIn(place, [done.stdout])).toEqual([]);
  });

  it("is not in the arguments of any process, nor in the environment of one that does not need it", async () => {
    const place = await createWorkplace({ PKR_VAR_password: `${PLANTED}-argument` });
    const local = `
      variable "password" {
        type      = string
        sensitive = true
      }
      source "file" "a" {
        target  = "out-a"
        content = "hello"
      }
      build {
        sources = ["source.file.a"]
        provisioner "shell-local" {
          environment_vars = ["PASSWORD=\${var.password}"]
          inline           = ["true"]
        }
        provisioner "shell-local" {
          inline = ["echo watching; sleep 2; true '\${var.password}'"]
        }
      }`;
    await writeFile(join(place.directory, "t.pkr.hcl"), local);
    const build = place.start("build", "t.pkr.hcl");
    await build.until("watching");
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const read = (pid: string, name: string) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
    const ours = await Promise.all(
      pids.map(async (pid) => ({ pid, environ: await read(pid, "environ"), cmdline: await read(pid, "cmdline") })),
    );
    // Its own environment is how imgbuild was given the secret.
    const ofThisRun = ours.filter(
      ({ pid, environ }) => environ.includes(`HOME=${place.directory}\0`) && pid !== String(build.child.pid),
    );
    expect(ofThisRun.length).toBeGreaterThan(0);
    for (const { environ, cmdline } of ofThisRun) expect(environ + cmdline).not.toContain(PLANTED);
    const temporary = await readdir(join(place.env["TMPDIR"]!)).catch(() => []);
    expect(temporary.length).toBeGreaterThan(0);
    expect((await build.finished).code).toBe(0);
  });

  // It becomes part of file names, which stay true where a program reads them: no other text may hold it.
  const named = "secret-in-a-name";

  it.each([
    ["over two lines", `${named}-first\n${named}-second`],
    ["of other alphabets", `${named}-pässwörd-日本-\u{1f511}`],
    ["of characters that mean something elsewhere", `${named}.*[b]$^(x|y)\\d+%s{{.}}`],
  ])("%s is in no output, log or inspection, and records of runs have true names", async (_, value) => {
    const place = await createWorkplace({ PKR_VAR_awkward: value, IMGBUILD_LOG: "1" });
    const awkward = `
      variable "awkward" {
        type      = string
        sensitive = true
      }
      source "file" "a" {
        target  = "out-\${urlencode(var.awkward)}"
        content = "hello"
      }
      build {
        sources = ["source.file.a"]
        provisioner "shell-local" {
          environment_vars = ["AWKWARD=\${var.awkward}"]
          inline = ["echo \\"<$AWKWARD>\\"", "printf '%s' \\"$AWKWARD\\" | base64", "printf '%s' \\"$AWKWARD\\" | tail -n 1"]
        }
        post-processor "compress" {
          output              = "\${sha1("x")}-\${urlencode(var.awkward)}.zip"
          keep_input_artifact = true
        }
      }`;
    await writeFile(join(place.directory, "t.pkr.hcl"), awkward);
    const done = await place.run("build", "t.pkr.hcl");
    expect({ code: done.code, output: done.stdout + done.stderr }).toMatchObject({ code: 0 });
    expect(done.stdout).toContain("<<sensitive>");
    const looks = await Promise.all([place.run("inspect", "t.pkr.hcl"), place.run("validate", "t.pkr.hcl")]);
    expect((await place.run("runs")).stdout).toContain(`out-${named}`);
    const printed = [done, ...looks].flatMap(({ stdout, stderr }) => [stdout, stderr]);
    // The files have the names the template gives them, and the records have to hold these: see docs/security.md.
    for (const run of await readdir(join(place.directory, "state/runs")))
      for (const record of ["journal.jsonl", "run.json", "artifacts"])
        await rm(join(place.directory, "state/runs", run, record), { recursive: true });
    for (const name of await readdir(place.directory)) if (name.includes(named)) await rm(join(place.directory, name));
    await rm(join(place.directory, "t.pkr.hcl"));
    expect(await leaksIn(place, printed, named)).toEqual([]);
  });

  it("is in no message of the evaluator", async () => {
    const place = await createWorkplace({ PKR_VAR_password: `${PLANTED}-evaluated` });
    const uses = ["var.password + 1", 'index(["x"], var.password)', 'file("/nowhere/${var.password}")']
      .concat("jsondecode(var.password)", "{ x = 1 }[var.password]", "tonumber(var.password)", "var.password.x")
      .map((expression, index) => `  l${index} = ${expression}\n`);
    const wrong = `variable "password" {\n  sensitive = true\n}\nlocals {\n${uses.join("")}}\nsource "null" "a" {\n  communicator = var.password\n}\nbuild { sources = ["null.a"] }\n`;
    await writeFile(join(place.directory, "t.pkr.hcl"), wrong);
    const done = await place.run("validate", "t.pkr.hcl");
    expect(done.code).toBe(1);
    const said = done.stdout + done.stderr;
    expect(said.match(/^Error: /gm)?.length, said).toBe(uses.length + 1);
    expect(said).not.toContain(PLANTED);
  });

  it("is masked in the excerpt of a template that has it as a default", async () => {
    const place = await createWorkplace();
    const broken = `variable "password" {\n  sensitive = true\n  default = "${PLANTED}-default"\n}\nsource "file" "a" {\n  target = "x"\n  content = var.password\n  nonsense = "${PLANTED}-default"\n}\nbuild { sources = ["file.a"] }\n`;
    await writeFile(join(place.directory, "t.pkr.hcl"), broken);
    for (const args of [["validate"], ["build"], ["build", "-json"]]) {
      const done = await place.run(...args, "t.pkr.hcl");
      expect(done.code).toBe(1);
      expect(done.stdout + done.stderr).toContain("nonsense");
      expect(done.stdout + done.stderr).not.toContain(PLANTED);
    }
  });

  const legacy = {
    variables: {
      password: "{{ env `PASSWORD` | lower }}",
      braces: "{{ env `BRACES` }}",
      derived: "{{ user `password` | upper | printf `%s!` }}",
      given: null,
    },
    "sensitive-variables": ["password", "braces", "given"],
    builders: [{ type: "file", target: "out", content: "x" }],
    provisioners: [
      {
        type: "shell-local",
        environment_vars: [
          "UPPER={{ user `password` | upper }}",
          "BRACES={{ user `braces` }}",
          "GIVEN={{ user `given` }}",
          "DERIVED={{ user `derived` | replace `!` `?` 1 }}",
          "PIECE={{ split (user `password`) `.` 0 | upper }}",
        ],
        // What the command becomes is only known when it runs.
        execute_command: [
          "/bin/sh",
          "-c",
          "echo late-{{ user `password` | replace_all `-` `_` }}; {{.Vars}} {{.Script}}",
        ],
        inline: [
          'echo "<$UPPER> <$BRACES> <$GIVEN> <$DERIVED> <$PIECE>"',
          'printf %s "$UPPER" | base64',
          "exit $FAILING",
        ],
        env: { FAILING: "{{ user `failing` }}" },
      },
    ],
    "post-processors": [{ type: "manifest", custom_data: { upper: "{{ user `password` | upper }}" } }],
  };

  it.each(["0", "3"])("of a JSON template is masked in what {{ }} makes of it, too (exit code %s)", async (failing) => {
    const place = await createWorkplace({
      PASSWORD: `${PLANTED.toUpperCase()}.Of-Env`,
      BRACES: `{{ ${PLANTED} }}-{{.}}`,
      IMGBUILD_LOG: "1",
    });
    const template = { ...legacy, variables: { ...legacy.variables, failing } };
    await writeFile(join(place.directory, "t.json"), JSON.stringify(template));
    await writeFile(
      join(place.directory, "vars.json"),
      JSON.stringify({ given: `{{ print \`${PLANTED}\` \`x\` | upper }}` }),
    );
    const args = ["-var-file=vars.json", "t.json"];
    const done = await place.run("build", "-metadata-file=metadata.json", ...args);
    const looks = await Promise.all([
      place.run("inspect", ...args),
      place.run("validate", ...args),
      place.run("runs", "-json"),
    ]);
    const printed = [done, ...looks].flatMap(({ stdout, stderr }) => [stdout, stderr]);
    expect({ code: done.code, said: printed.join("") }).toMatchObject({ code: failing === "0" ? 0 : 1 });
    expect(done.stdout).toContain("<<sensitive>> <<sensitive>> <<sensitive>> <<sensitive>?> <<sensitive>>");
    await rm(join(place.directory, "vars.json"));
    expect(
      await leaksIn(
        place,
        printed.map((text) => text.toLowerCase().replaceAll("_", "-")),
      ),
    ).toEqual([]);
  });

  it("is masked in what functions make of it when only the run knows the whole text", async () => {
    const place = await createWorkplace({
      PKR_VAR_password: `${PLANTED}-late`,
      PKR_VAR_object: `{"key":"\\u0070lanted-secret-in-json"}`,
    });
    const late = `
      variable "password" {
        sensitive = true
      }
      variable "object" {
        type      = string
        sensitive = true
      }
      source "file" "a" {
        target  = "out-a"
        content = "hello"
      }
      build {
        sources = ["source.file.a"]
        provisioner "shell-local" {
          inline = ["echo '\${upper(var.password)} \${build.PackerRunUUID}'", "echo '\${jsondecode(var.object).key}'"]
        }
        provisioner "shell-local" {
          override = { a = { inline = ["echo '\${upper(var.password)}'", "echo '{{ upper \`\${var.password}\` }}{{ build \`ID\` }}'"] } }
          inline   = ["true"]
        }
      }`;
    await writeFile(join(place.directory, "t.pkr.hcl"), late);
    const done = await place.run("build", "t.pkr.hcl");
    const said = done.stdout + done.stderr;
    expect({ code: done.code, said }).toMatchObject({ code: 0 });
    expect(await leaksIn(place, [said.toLowerCase()])).toEqual([]);
  });
});
