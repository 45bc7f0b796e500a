import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { imgbuildPath } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { probePlace, type ProbePlace } from "../helper/plugin/probe-place.ts";

const it = needs("go", "golang-go");

/** Its commands run in its directory, and its files lie below it. */
const inMachine = 'remote_folder = "."\n    execute_command = "{{ .Vars }} sh ./{{ .Path }}"';

const source = (more = "", root = "machine"): string => `
source "probe" "one" {
  root = "${root}"
  ${more}
}
`;

const build = (steps = ""): string => `
build {
  sources = ["probe.one"]
  ${steps}
}
`;

const journal = ({ directory }: ProbePlace): string => join(directory, "state", "runs");

describe("validate", () => {
  it("checks the arguments by what the plugin says it takes, and shows what is wrong at their place", async () => {
    const at = await probePlace();
    const template = at.template(`${source('wrds = ["a"]\ncount = "many"')}${build()}`);
    const { code, stdout } = await at.run("validate", template);
    expect(code).toBe(1);
    expect(stdout).toContain('An argument named "wrds" is not expected here. Did you mean "words"?');
    expect(stdout).toContain('Inappropriate value for "count": a number is required, not "many".');
  });

  it("asks the plugin, and points at the argument it speaks of", async () => {
    const at = await probePlace();
    const template = at.template(
      source('misbehave = "prepare:error"') +
        build('provisioner "probe-guest" {\nroot = "x"\nmisbehave = "prepare:error"\n}'),
    );
    const { code, stdout } = await at.run("validate", template);
    expect(code).toBe(1);
    expect(stdout.match(/Refused by the plugin/g)).toHaveLength(2);
    expect(stdout).toContain("probe: the probe was asked to fail in prepare");
  });

  it("shows what the plugin warns of, and passes", async () => {
    const at = await probePlace();
    const { code, stdout } = await at.run("validate", at.template(source() + build()));
    expect(stdout).toContain("probe: this builder builds nothing");
    expect(stdout).toContain("The configuration is valid.");
    expect(code).toBe(0);
  });

  it("tells of a plugin that crashes while it checks, with its words", async () => {
    const at = await probePlace();
    const { code, stdout, stderr } = await at.run(
      "validate",
      at.template(source('misbehave = "prepare:exit"') + build()),
    );
    expect(code).toBe(1);
    expect(stdout + stderr).toContain("ended with exit code 7 while it checked its configuration");
    expect(stdout + stderr).toContain("the probe is leaving");
  });
});

describe("build", () => {
  it("runs our provisioners in the plugin's machine, and theirs, and passes the artifact on", async () => {
    const at = await probePlace();
    const template = at.template(`
data "probe-nested" "d" {
  root = "from data"
}
${source('words = ["a {{ .Nothing }} b"]')}
${build(`
  provisioner "shell" {
    ${inMachine}
    inline = ["echo ours in $(basename $PWD): \${build.ProbeRoot} \${build.ID} \${data.probe-nested.d.name}"]
  }
  provisioner "probe-guest" {
    root  = "machine"
    words = ["echo theirs \${build.ID}"]
  }
  post-processors {
    post-processor "probe-stamp" {
      root = "machine"
    }
    post-processor "manifest" {}
  }
`)}`);
    const { code, stdout, stderr } = await at.run("build", template);
    expect(stderr).toBe("");
    expect(stdout).toContain("building in machine");
    expect(stdout).toContain("ours in machine: machine probe-1 from data");
    expect(stdout).toContain('echo theirs probe-1 -> 0, "theirs probe-1\\n"');
    expect(stdout).toContain("the same comes back: true");
    expect(stdout).toContain("stamping imgbuild.probe|probe-1|what is in machine|");
    expect(code).toBe(0);
    expect(readFileSync(join(at.root, "stamp"), "utf8")).toContain("map[Count:3");
    const manifest = JSON.parse(readFileSync(join(at.directory, "packer-manifest.json"), "utf8")) as object;
    expect(manifest).toMatchObject({ builds: [{ builder_type: "probe", artifact_id: "probe-1" }] });
  });

  it("destroys the artifact of a builder through its plugin, which is kept for that", async () => {
    const at = await probePlace();
    const steps = `post-processors {
    post-processor "probe-stamp" {
      root                = "machine"
      keep_input_artifact = false
    }
  }`;
    const { code } = await at.run("build", at.template(source() + build(steps)));
    expect(code).toBe(0);
    expect(existsSync(join(at.root, "stamp"))).toBe(true);
    expect(existsSync(join(at.root, "destroyed"))).toBe(true);
  });

  it("fails with the reason of the provisioner, after the plugin has cleaned up", async () => {
    const at = await probePlace();
    const steps = `provisioner "shell" {
    ${inMachine}
    inline = ["exit 3"]
  }
  error-cleanup-provisioner "shell" {
    ${inMachine}
    inline = ["echo cleaning in $(basename $PWD)"]
  }`;
    const { code, stdout, stderr } = await at.run("build", at.template(source() + build(steps)));
    expect(code).toBe(1);
    expect(stdout).toContain("cleaning in machine");
    expect(stdout + stderr).toContain("exit status 3");
    expect(existsSync(join(at.root, "cleaned-up"))).toBe(true);
  });

  it("is cancelled: the plugin cleans up, and nothing is left", async () => {
    const at = await probePlace();
    const steps = `provisioner "shell" {
    ${inMachine}
    inline = ["echo in the machine", "exec sleep 1000"]
  }`;
    const started = at.start("build", at.template(source() + build(steps)));
    await started.until("in the machine");
    started.child.kill("SIGINT");
    const { code } = await started.finished;
    expect(code).toBe(130);
    expect(existsSync(join(at.root, "cleaned-up"))).toBe(true);
    const { stdout } = await at.run("cleanup");
    expect(stdout).not.toContain("probe");
    expect(existsSync(journal(at))).toBe(true);
  });

  it("names what a plugin that crashed may have left", async () => {
    const at = await probePlace();
    const steps = `provisioner "probe-guest" {
    root      = "machine"
    misbehave = "provision:exit"
  }`;
    const crashing = at.template(source('misbehave = "run:exit"') + build(steps));
    const { code, stdout, stderr } = await at.run("build", crashing);
    expect(code).toBe(4);
    expect(stdout + stderr).toContain("ended with exit code 7 while it ran");
    expect(stdout + stderr).toContain("what the builder probe of the plugin probe made");
  });
});

describe("the commands that need no build", () => {
  it("has a data source check its arguments at validate, without reading it", async () => {
    const at = await probePlace();
    const data = (misbehave: string): string =>
      `data "probe-nested" "d" {\nroot = "x"\nmisbehave = "${misbehave}"\n}\n`;
    const template = at.template(data("configure:error") + source() + build());
    const wrong = await at.run("validate", template);
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toContain('in data "probe-nested" "d"');
    expect(wrong.stdout).toContain("the probe was asked to fail in configure");
    const unread = await at.run("validate", at.template(data("execute:error") + source() + build()));
    expect(unread.code).toBe(0);
  });

  it("know the types of components that are installed: hcl2_upgrade, the JSON Schema, completion, console", async () => {
    const at = await probePlace();
    const old = {
      builders: [{ type: "probe", root: "x", disk: [{ size: 1 }] }],
      provisioners: [{ type: "probe-guest", root: "x" }],
    };
    writeFileSync(join(at.directory, "old.json"), JSON.stringify(old));
    const upgraded = await at.run("hcl2_upgrade", "-output-file=-", "old.json");
    expect(upgraded.stderr).toBe("");
    expect(upgraded.stdout).toContain('source  = "github.com/imgbuild/probe"');
    expect(upgraded.stdout).toContain("disk {");
    const schema = JSON.parse((await at.run("docs", "-json-schema")).stdout) as {
      properties: { source: { properties: Readonly<Record<string, unknown>> } };
    };
    expect(JSON.stringify(schema.properties.source.properties["probe"])).toContain('"words"');
    expect((await at.run("completion", "bash")).stdout).toMatch(/docs\).*words='[^']*\bprobe-guest\b/);
    const data = `data "probe-nested" "d" {\nroot = "from data"\n}\n`;
    const template = at.template(data + source() + build());
    const asked = { cwd: at.directory, env: at.env, input: "data.probe-nested.d.name\n", encoding: "utf8" } as const;
    expect(execFileSync(process.execPath, [imgbuildPath, "console", template], asked)).toBe("from data\n");
  });

  it("show the components of plugins like ours", async () => {
    const at = await probePlace();
    const docs = await at.run("docs", "builder", "probe");
    expect(docs.stdout).toContain("Of the plugin github.com/imgbuild/probe 1.2.3.");
    expect(docs.stdout).toContain("words");
    expect(docs.code).toBe(0);
    const inspected = await at.run("inspect", at.template(source() + build()));
    expect(inspected.stdout).toContain("probe.one");
    expect(inspected.code).toBe(0);
  });
});
