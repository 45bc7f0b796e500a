import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import type { Unit } from "../../src/core/plan/unit.ts";
import { createWorkplace, imgbuildPath, type Workplace } from "../helper/imgbuild.ts";

const BASE = `
variable "token" {
  type      = string
  sensitive = true
}
source "qemu" "base" {
  iso_url          = "https://user:pw@example.com/x.iso"
  iso_checksum     = "sha256:${"a".repeat(64)}"
  ssh_username     = "root"
  ssh_password     = var.token
  memory           = 2048
  cpus             = 2
  output_directory = "out-base"
  shutdown_command = "poweroff"
}
source "amazon-ebs" "cloud" {
  region        = "eu-west-1"
  ami_name      = "an-image"
  instance_type = "t3.small"
  source_ami    = "ami-12345678"
  ssh_username  = "admin"
}
build {
  sources = ["qemu.base", "amazon-ebs.cloud"]
  provisioner "shell" {
    script = "setup.sh"
  }
}`;
const APP = `
source "qemu" "app" {
  iso_url          = "out-base/packer-base"
  iso_checksum     = "none"
  disk_image       = true
  accelerator      = "tcg"
  ssh_username     = "root"
  shutdown_command = "poweroff"
}
build {
  sources = ["qemu.app"]
}`;
/** Ten builds with names that mean something to shells, engines and patterns. */
const SMALL = `
source "file" "a" {
  content = "hello"
}
source "null" "n" {
  communicator = "none"
}
build {
  name = "it's \\"all\\", $HOME \${"$"}(date) {x}\\n*"
${["a1", "a2", "a3", "a4", "a5", "a6"].map((name) => `  source "file.a" {\n    name = "${name}"\n    target = "${name}.txt"\n  }`).join("\n")}
${["n1", "n2", "n3", "n4", "n5", "n6"].map((name) => `  source "null.n" {\n    name = "${name}"\n  }`).join("\n")}
  post-processor "manifest" {
    strip_time = true
  }
}`;

async function fleet(env: Readonly<Record<string, string>> = {}): Promise<Workplace> {
  const place = await createWorkplace(env);
  for (const name of ["base", "app", "small"]) mkdirSync(join(place.directory, "images", name), { recursive: true });
  const write = (name: string, text: string) => writeFileSync(join(place.directory, name), text);
  write("images/base/base.pkr.hcl", BASE);
  write("images/app/app.pkr.hcl", APP);
  write("images/small/small.pkr.hcl", SMALL);
  write("setup.sh", "echo hello\n");
  return place;
}

async function planOf(place: Workplace, ...args: readonly string[]): Promise<readonly Unit[]> {
  const { code, stdout, stderr } = await place.run("plan", "-format=json", ...args);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const plan = JSON.parse(stdout) as { readonly units: readonly Unit[] };
  const validate = new Ajv().compile(JSON.parse(readFileSync("docs/plan.v1.schema.json", "utf8")) as object);
  validate(plan);
  expect(validate.errors).toBeNull();
  return plan.units;
}

/** The command `imgbuild` of a script is the one under test. */
function withImgbuild(place: Workplace): Record<string, string> {
  const bin = join(place.directory, "bin");
  mkdirSync(bin, { recursive: true });
  const script = `#!/bin/sh\nexec '${process.execPath}' '${imgbuildPath}' "$@"\n`;
  writeFileSync(join(bin, "imgbuild"), script, { mode: 0o755 });
  return { ...place.env, PATH: `${bin}:${place.env["PATH"] ?? ""}` };
}

describe("imgbuild plan", () => {
  it("says what each build needs, reads and waits for, without its secrets", async () => {
    const place = await fleet();
    const units = await planOf(place, "images/app", "images/base");
    const [app, base, cloud] = units;
    expect(app).toMatchObject({ build: "qemu.app", stage: 2, dependsOn: [base!.id], needs: { host: [] } });
    expect(base).toMatchObject({
      command: ["imgbuild", "build", "-only=qemu.base", "images/base"],
      state: "to build",
      stage: 1,
      needs: { host: ["kvm"], architecture: "amd64", cpus: 2, memoryMib: 2048, diskMib: 40960 },
      writes: ["out-base"],
    });
    expect(base!.key).toMatch(/^[0-9a-f]{64}$/);
    expect(base!.needs.credentials).toEqual(["PKR_VAR_token"]);
    expect(base!.inputs).toContainEqual(
      expect.objectContaining({
        argument: "script",
        kind: "file",
        digest: expect.stringMatching(/^sha256:/) as string,
      }),
    );
    expect(base!.inputs).toContainEqual(
      expect.objectContaining({ value: "https://***@example.com/x.iso", kind: "url" }),
    );
    expect(cloud).toMatchObject({ needs: { clouds: [{ provider: "aws", region: "eu-west-1" }] } });
    expect(cloud!.needs.credentials).toContain("AWS_SECRET_ACCESS_KEY");
    const withSecret = await fleet({ PKR_VAR_token: "a-real-secret" });
    const again = await planOf(withSecret, "images/app", "images/base");
    expect(again.map(({ key, id }) => [id, key])).toEqual(units.map(({ key, id }) => [id, key]));
    expect(JSON.stringify(again)).not.toContain("a-real-secret");
  });

  it("leaves out what is built, until what it is made from changes or its file is gone", async () => {
    const place = await fleet();
    const file = join(place.directory, "a1.txt");
    expect((await place.run("build", "-only=*.a1", "images/small")).code).toBe(0);
    const stateOf = async () => (await planOf(place, "-only=*.a1", "images"))[0];
    expect(await stateOf()).toMatchObject({ state: "built", estimate: { runs: 1 } });
    expect(await planOf(place, "-changed-only", "-only=*.a1", "images")).toEqual([]);
    writeFileSync(file, "other content");
    expect(await stateOf()).toMatchObject({ state: "to build", reason: `${file} has changed` });
    writeFileSync(file, "hello");
    const template = join(place.directory, "images/small/small.pkr.hcl");
    writeFileSync(template, readFileSync(template, "utf8").replace("hello", "bye"));
    expect(await stateOf()).toMatchObject({ state: "to build", reason: "what it depends on has changed" });
  });

  it("writes for each engine what means the same build again", async () => {
    const place = await fleet();
    const units = await planOf(place, "images/small");
    const words = (script: string) =>
      execFileSync("sh", ["-c", `imgbuild() { printf '%s\\0' imgbuild "$@"; }\n${script}`], { encoding: "utf8" })
        .split("\0")
        .slice(0, -1);
    const print = async (...args: readonly string[]) => (await place.run("plan", ...args, "images/small")).stdout;

    const matrix = JSON.parse(await print("-format=github")) as { include: readonly { id: string; command: string }[] };
    expect(matrix.include.map(({ command }) => words(command))).toEqual(units.map(({ command }) => command));
    expect(matrix.include[0]).toMatchObject({ "runs-on": ["ubuntu-latest"] });

    const pipeline = parse(await print("-format=gitlab", "-label=any=small,eu")) as Record<string, never>;
    const jobs = Object.entries(pipeline).filter(([name]) =>
      name.startsWith("build "),
    ) as unknown as readonly (readonly [
      string,
      { readonly script: readonly string[]; readonly tags: readonly string[] },
    ])[];
    expect(jobs.map(([, { script }]) => words(script[0]!))).toEqual(units.map(({ command }) => command));
    expect(jobs[0]![1].tags).toEqual(["small", "eu"]);

    const documents = parseAllDocuments(await print("-format=kubernetes", "-image=imgbuild:1"));
    const containers = documents.map((document) => {
      const job = document.toJS() as {
        spec: { template: { spec: { containers: { command: string[]; args: string[] }[] } } };
      };
      const { command, args } = job.spec.template.spec.containers[0]!;
      return [...command, ...args.map((argument) => argument.replaceAll("$$", "$"))];
    });
    expect(containers).toEqual(units.map(({ command }) => command));

    const jenkinsfile = await print("-format=jenkins");
    const commands = [...jenkinsfile.matchAll(/command: '((?:\\.|[^'\\])*)'/g)].map(([, text]) =>
      text!.replace(/\\(u[0-9a-f]{4}|.)/g, (_, escape: string) => (escape === "n" ? "\n" : escape)),
    );
    expect(commands.map(words)).toEqual(units.map(({ command }) => command));
    expect(new Set(commands).size).toBe(12);
  });

  it("prints keys for caches that change with what is fetched, and with all that a build depends on", async () => {
    const place = await fleet();
    const keysOf = async (folder: string) => {
      const { code, stdout } = await place.run("plan", "-format=cache-keys", folder);
      expect(code).toBe(0);
      return Object.fromEntries(stdout.split("\n").map((line) => line.split("="))) as Record<string, string>;
    };
    const first = await keysOf("images/base");
    expect(first).toMatchObject({ downloads: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    const template = join(place.directory, "images/base/base.pkr.hcl");
    writeFileSync(template, BASE.replace("2048", "4096"));
    const second = await keysOf("images/base");
    expect([second["downloads"], second["checkpoints"]]).not.toContain(first["checkpoints"]);
    expect(second["downloads"]).toBe(first["downloads"]);
    writeFileSync(template, BASE.replaceAll("aaa", "bbb"));
    expect((await keysOf("images/base"))["downloads"]).not.toBe(first["downloads"]);
    expect(Object.keys(await keysOf("images/small"))).not.toContain("downloads");
  });

  it("says what is wrong with the command line, and with the templates", async () => {
    const place = await fleet();
    const failing = async (...args: readonly string[]) => {
      const { code, stderr } = await place.run("plan", ...args);
      return [code, stderr] as const;
    };
    expect(await failing("nope")).toEqual([1, expect.stringContaining('There is no template "nope"')]);
    expect(await failing("-shard=9/8", "images")).toEqual([2, expect.stringContaining("from 1/8 to 8/8")]);
    expect(await failing("-format=github", "images")).toEqual([2, expect.stringContaining("-stage=1")]);
    expect(await failing("-format=kubernetes", "images/small")).toEqual([2, expect.stringContaining("-image")]);
    expect(await failing("-only=nope", "images")).toEqual([1, expect.stringContaining("nope")]);
    expect(await failing("-depends-on=qemu.ap=qemu.base", "images")).toEqual([
      2,
      expect.stringContaining('Did you mean "qemu.app"?'),
    ]);
    expect(await failing("-depends-on=qemu.base=qemu.app", "images")).toEqual([
      1,
      expect.stringContaining("in a circle"),
    ]);
    writeFileSync(join(place.directory, "images/small/small.pkr.hcl"), 'source "null" "n" {\n  nonsense = 1\n}\n');
    expect(await failing("images")).toEqual([1, expect.stringContaining("nonsense")]);
  });
});

interface Manifest {
  readonly builds: readonly { readonly name: string; readonly packer_run_uuid: string }[];
}
const withoutRuns = ({ builds }: Manifest) => builds.map((build) => ({ ...build, packer_run_uuid: "" }));

describe("twelve builds on many machines", () => {
  it("give the manifest of one run, from shards with machines of their own", async () => {
    const alone = await fleet();
    expect((await alone.run("build", "images/small")).code).toBe(0);
    await alone.run("manifest", "merge", "one.json", "packer-manifest.json");
    const one = JSON.parse(readFileSync(join(alone.directory, "one.json"), "utf8")) as Manifest;
    expect(one.builds).toHaveLength(12);

    const gather = await createWorkplace({ GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: "summary.md" });
    const summary = join(gather.directory, "summary.md");
    for (const shard of ["1/3", "2/3", "3/3"]) {
      const machine = await fleet();
      const { stdout } = await machine.run("plan", `-shard=${shard}`, "-format=shell", "images/small");
      execFileSync("sh", ["-e"], { cwd: machine.directory, env: withImgbuild(machine), input: stdout, stdio: "pipe" });
      const part = join(gather.directory, "parts", shard.replace("/", "-"));
      mkdirSync(part, { recursive: true });
      writeFileSync(join(part, "m.json"), readFileSync(join(machine.directory, "packer-manifest.json")));
    }
    const merged = await gather.run("manifest", "merge", "all.json", "parts");
    expect(merged).toMatchObject({ code: 0, stdout: "Merged 12 builds of 3 files into all.json.\n" });
    const all = JSON.parse(readFileSync(join(gather.directory, "all.json"), "utf8")) as Manifest;
    expect(withoutRuns(all)).toEqual(withoutRuns(one));
    expect(readFileSync(summary, "utf8").match(/^\| (?:file|null)\./gm)).toHaveLength(12);
  }, 120_000);

  it("are refused where two answer for one build, where a part is half a file, and where something else would be lost", async () => {
    const place = await fleet();
    const at = (name: string) => join(place.directory, name);
    for (const part of ["1.json", "2.json"])
      expect((await place.run("build", "-force", `-metadata-file=${part}`, "-only=*.a1", "images/small")).code).toBe(0);
    const merge = async (...args: readonly string[]) => {
      const { code, stderr } = await place.run("manifest", "merge", ...args);
      return [code, stderr] as const;
    };
    expect(await merge("all.json", "1.json", "2.json")).toEqual([1, expect.stringMatching(/1\.json .*2\.json /)]);
    expect(await merge("-latest", "all.json", "1.json", "2.json")).toEqual([0, ""]);
    writeFileSync(at("half.json"), readFileSync(at("1.json"), "utf8").slice(0, 99));
    expect(await merge("all.json", "1.json", "half.json")).toEqual([
      1,
      expect.stringContaining("half.json is not JSON"),
    ]);
    writeFileSync(at("mine.txt"), "my notes");
    expect(await merge("mine.txt", "1.json")).toEqual([1, expect.stringContaining("mine.txt is there")]);
    expect(readFileSync(at("mine.txt"), "utf8")).toBe("my notes");
    expect(await merge("x.json", "1.json", "packer-manifest.json")).toEqual([
      2,
      expect.stringContaining("-metadata-file"),
    ]);
    symlinkSync("real.json", at("link.json"));
    expect(await merge("link.json", "1.json")).toEqual([0, ""]);
    expect(statSync(at("real.json")).isFile()).toBe(true);
    expect(await merge("/dev/null", "1.json")).toEqual([0, ""]);
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });
});
