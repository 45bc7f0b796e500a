import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { writeFiles } from "../helper/command-transcript.ts";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";

const json = (workplace: Workplace, name: string): unknown =>
  JSON.parse(readFileSync(join(workplace.directory, name), "utf8"));

/** An image, a post-processor that works, one that fails while the file `broken` is there, and one more chain. */
const uploads = `source "file" "image" {
  target  = "image.img"
  content = "pixels"
}
build {
  sources = ["source.file.image"]
  post-processors {
    post-processor "checksum" { output = "sums" }
    post-processor "shell-local" { inline = ["test ! -e broken || { echo no route to host >&2; exit 7; }; echo uploaded"] }
  }
  post-processor "manifest" { keep_input_artifact = false }
}
`;

const nothing = 'source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n}\n';

describe("build", () => {
  it("keeps the image when a post-processor fails, says where it is, and can do the rest later", async () => {
    const workplace = await createWorkplace();
    writeFiles(workplace, { "t.pkr.hcl": uploads, broken: "" });
    const failed = await workplace.run("build", "t.pkr.hcl");
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain("exit status 7");
    expect(failed.stdout).toContain("no route to host");
    expect(failed.stdout).toContain("Stored file: image.img");
    expect(existsSync(join(workplace.directory, "image.img"))).toBe(true);
    const [, runId] = /imgbuild post-process (\S+) t\.pkr\.hcl/.exec(failed.stdout) ?? [];

    const again = await workplace.run("post-process", runId!, "t.pkr.hcl");
    expect(again).toMatchObject({ code: 1 });
    writeFileSync(join(workplace.directory, "t.pkr.hcl"), uploads.replaceAll("broken", "mended"));
    const last = await workplace.run("post-process", runId!.slice(0, 8), "t.pkr.hcl");
    expect(last.stdout).toContain("uploaded");
    expect(last.code).toBe(0);
    const byManifest = await workplace.run("post-process", "packer-manifest.json", "t.pkr.hcl");
    expect(byManifest.code).toBe(0);
  });

  it.each([
    ["cleanup", { image: false, cleaned: true }],
    ["run-cleanup-provisioner", { image: true, cleaned: true }],
    ["abort", { image: true, cleaned: false }],
  ])("-on-error=%s", async (mode, left) => {
    const workplace = await createWorkplace();
    const failing = `source "file" "image" {
  target  = "image.img"
  content = "pixels"
}
build {
  sources = ["source.file.image"]
  provisioner "shell-local" { inline = ["exit 3"] }
  error-cleanup-provisioner "shell-local" { inline = ["echo cleaned > cleaned"] }
}
`;
    writeFiles(workplace, { "t.pkr.hcl": failing });
    const { code, stdout } = await workplace.run("build", `-on-error=${mode}`, "t.pkr.hcl");
    expect(code).toBe(1);
    const isThere = (name: string): boolean => existsSync(join(workplace.directory, name));
    expect({ image: isThere("image.img"), cleaned: isThere("cleaned") }).toEqual(left);
    expect(stdout.includes("imgbuild cleanup -run")).toBe(left.image);
  });

  it.each([
    ["no such run", ["post-process", "ffffffff", "t.pkr.hcl"], 'There is no run "ffffffff"'],
    ["no such manifest", ["post-process", "nope.json", "t.pkr.hcl"], 'There is no manifest "nope.json"'],
    ["no manifest", ["post-process", "t.pkr.hcl", "t.pkr.hcl"], '"t.pkr.hcl" is not a manifest'],
    ["Packer's own manifest", ["post-process", "packers.json", "t.pkr.hcl"], "does not say what kind of artifact"],
    ["another build", ["post-process", "other.json", "t.pkr.hcl"], 'has no build "file.image"'],
    ["files that are gone", ["post-process", "gone.json", "t.pkr.hcl"], "is not there any more"],
  ])("post-process of %s says so", async (_, args, message) => {
    const workplace = await createWorkplace();
    const entry = {
      name: "image",
      builder_type: "file",
      build_time: 0,
      files: [{ name: "image.img" }],
      artifact_id: "File",
      packer_run_uuid: "x",
    };
    const manifest = (build: object) => JSON.stringify({ builds: [build], last_run_uuid: "x" });
    writeFiles(workplace, {
      "t.pkr.hcl": uploads,
      "packers.json": manifest(entry),
      "other.json": manifest({ ...entry, name: "other" }),
      "gone.json": manifest({ ...entry, builder_id: "packer.file" }),
    });
    const { stdout, stderr, code } = await workplace.run(...args);
    expect(stdout + stderr).toContain(message);
    expect(code).not.toBe(0);
  });

  it("twenty builds in parallel write one manifest with twenty entries", async () => {
    const workplace = await createWorkplace();
    const sources = Array.from(
      { length: 20 },
      (_, index) => `source "file" "f${index}" {\n  target = "f${index}"\n  content = "x"\n}\n`,
    );
    const names = sources.map((_, index) => `"file.f${index}"`).join(", ");
    writeFiles(workplace, {
      "t.pkr.hcl": `${sources.join("")}build {\n  sources = [${names}]\n  post-processor "manifest" {}\n}\n`,
    });
    const { code, stderr } = await workplace.run("build", "t.pkr.hcl");
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(json(workplace, "packer-manifest.json")).toMatchObject({ builds: { length: 20 } });
  });

  it("two processes writing one manifest lose nothing", async () => {
    const workplace = await createWorkplace();
    const template = (name: string) =>
      `source "file" "x" {\n  target = "${name}"\n  content = "x"\n}\nbuild {\n  sources = ["file.x"]\n  post-processor "manifest" {}\n}\n`;
    writeFiles(workplace, { "a.pkr.hcl": template("a"), "b.pkr.hcl": template("b"), "c.pkr.hcl": template("c") });
    const runs = await Promise.all(
      ["a", "b", "c", "a", "b", "c"].map((name) => workplace.run("build", `${name}.pkr.hcl`)),
    );
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(json(workplace, "packer-manifest.json")).toMatchObject({ builds: { length: 6 } });
  });

  it("a failed build leaves the others alone; the exit code is 1 and the summary has both", async () => {
    const workplace = await createWorkplace();
    const template = `source "file" "good" {\n  target = "good"\n  content = "x"\n}\n${nothing.replace('"null.n"', '"null.n", "file.good"')}`;
    const provisioned = template.replace(
      /\}\n$/,
      '  provisioner "shell-local" {\n    only   = ["null.n"]\n    inline = ["exit 9"]\n  }\n}\n',
    );
    writeFiles(workplace, { "t.pkr.hcl": provisioned });
    const { code, stdout } = await workplace.run("build", "t.pkr.hcl");
    expect(code).toBe(1);
    expect(stdout).toContain("--> null.n: The inline script ended with exit status 9");
    expect(stdout).toContain("--> file.good: Stored file: good");
  });

  it("-on-error=ask without a terminal says that it cleans up, and does", async () => {
    const workplace = await createWorkplace();
    writeFiles(workplace, {
      "t.pkr.hcl":
        'source "file" "x" {\n  target = "x"\n  content = "x"\n}\nbuild {\n  sources = ["file.x"]\n  provisioner "shell-local" {\n    inline = ["false"]\n  }\n}\n',
    });
    const { code, stdout } = await workplace.run("build", "-on-error=ask", "t.pkr.hcl");
    expect(stdout).toContain("-on-error=ask needs a terminal");
    expect(code).toBe(1);
    expect(existsSync(join(workplace.directory, "x"))).toBe(false);
  });

  it("-debug without a terminal says that it does not pause, and does not", async () => {
    const workplace = await createWorkplace();
    writeFiles(workplace, { "t.pkr.hcl": nothing });
    const { code, stdout } = await workplace.run("build", "-debug", "t.pkr.hcl");
    expect(stdout).toContain("-debug needs a terminal to pause at");
    expect(code).toBe(0);
  });

  it("reads data sources, and validate does not", async () => {
    const workplace = await createWorkplace();
    const mark = join(workplace.directory, "asked");
    const program = `require('fs').writeFileSync('${mark}','');console.log('{"answer":"forty-two"}')`;
    writeFiles(workplace, {
      "t.pkr.hcl": `data "external" "x" {\n  program = ["${process.execPath}", "-e", ${JSON.stringify(program)}]\n}\nsource "file" "x" {\n  target  = "x"\n  content = data.external.x.result.answer\n}\nbuild {\n  sources = ["file.x"]\n}\n`,
    });
    expect((await workplace.run("validate", "t.pkr.hcl")).code).toBe(0);
    expect(existsSync(mark)).toBe(false);
    expect((await workplace.run("build", "t.pkr.hcl")).code).toBe(0);
    expect(readFileSync(join(workplace.directory, "x"), "utf8")).toBe("forty-two");
  });

  it("names files that are not there before it builds anything", async () => {
    const workplace = await createWorkplace();
    writeFiles(workplace, {
      "t.pkr.hcl": nothing.replace(/\}\n$/, '  provisioner "shell-local" {\n    script = "nope.sh"\n  }\n}\n'),
    });
    for (const command of ["validate", "build"]) {
      const { code, stdout } = await workplace.run(command, "t.pkr.hcl");
      expect(code).toBe(1);
      expect(stdout).toMatch(
        /t\.pkr\.hcl line 7, in build > provisioner "shell-local":\n\n {2}7 \| {5}script = "nope\.sh"/,
      );
    }
  });

  it.each([
    ["shell-local", 'script = "dos.sh"'],
    ["shell", 'script = "dos.sh"'],
    ["file", 'source      = "dos.sh"\n    destination = "/tmp/x"'],
  ])("warns of a script with Windows line ends before it is run or uploaded (%s)", async (type, args) => {
    const workplace = await createWorkplace();
    const source = 'source "null" "n" {\n  ssh_host = "127.0.0.1"\n  ssh_username = "u"\n  ssh_password = "p"\n}\n';
    const build = `build {\n  sources = ["null.n"]\n  provisioner "${type}" {\n    ${args}\n  }\n}\n`;
    writeFiles(workplace, { "t.pkr.hcl": source + build, "dos.sh": "#!/bin/sh\r\necho\r\n" });
    const { code, stdout } = await workplace.run("validate", "t.pkr.hcl");
    expect(code).toBe(0);
    expect(stdout).toContain(`in build > provisioner "${type}"`);
    expect(stdout.split("dos.sh is a script with Windows line ends")).toHaveLength(2);
    expect(stdout).toContain("sed -i");
  });

  it("says once that a script has Windows line ends, where it is run", async () => {
    const workplace = await createWorkplace();
    const step = '  provisioner "shell-local" {\n    script = "dos.sh"\n  }\n}\n';
    writeFiles(workplace, { "t.pkr.hcl": nothing.replace(/\}\n$/, step), "dos.sh": "#!/bin/sh\r\necho\r\n" });
    chmodSync(join(workplace.directory, "dos.sh"), 0o755);
    const { stdout } = await workplace.run("build", "t.pkr.hcl");
    expect(stdout.split("is a script with Windows line ends")).toHaveLength(2);
  });
});

describe("what a command loads", () => {
  it.each([
    ["validate of a null template loads no dependency", ["validate", "n.pkr.hcl"], []],
    ["build of a null template loads none either", ["build", "n.pkr.hcl"], []],
    ["validate of qemu loads neither ssh2 nor an SDK", ["validate", "q.pkr.hcl"], []],
    ["validate of a yaml function loads yaml", ["validate", "y.pkr.hcl"], ["yaml.cjs"]],
  ])("%s", async (_, args, expected) => {
    const loaded = join((await createWorkplace()).directory, "loaded");
    const workplace = await createWorkplace({
      LOADED: loaded,
      NODE_OPTIONS: `--require ${resolve("test/fixture/cli/report-loaded.cjs")}`,
    });
    writeFiles(workplace, {
      "n.pkr.hcl": nothing,
      "q.pkr.hcl":
        'source "qemu" "q" {\n  iso_url      = "http://127.0.0.1/x.iso"\n  iso_checksum = "none"\n  ssh_username = "root"\n}\nbuild {\n  sources = ["qemu.q"]\n}\n',
      "y.pkr.hcl": `locals {\n  x = yamldecode("a: 1")\n}\n${nothing}`,
    });
    const { stdout, code } = await workplace.run(...args);
    expect(stdout).not.toContain("Error");
    expect(code).toBe(0);
    const files = readFileSync(loaded, "utf8")
      .split("\n")
      .filter((path) => path !== "");
    expect(files.map((path) => path.replace(/^.*\/vendor\//, ""))).toEqual(expected);
  });
});
