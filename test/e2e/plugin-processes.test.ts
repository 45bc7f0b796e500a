import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { sumFileOf } from "../../src/plugin-host/installed/check-binary.ts";
import { pluginFileName, thisMachine } from "../../src/plugin-host/installed/file-name.ts";
import { needs } from "../helper/need.ts";
import { probePlace, type ProbePlace } from "../helper/plugin/probe-place.ts";

const it = needs("go", "golang-go");

const NAMES = ["a", "b", "c", "d", "e", "f"];
const sources = (argumentsOf: (name: string) => string): string =>
  NAMES.map((name) => `source "probe" "${name}" {\n  ${argumentsOf(name)}\n}\n`).join("");
const build = (steps = ""): string => {
  const list = NAMES.map((name) => `"probe.${name}"`).join(", ");
  return `build {\n  sources = [${list}]\n  ${steps}\n}\n`;
};

/** The plugin behind a script that notes how it is started. */
async function countedPlace(): Promise<ProbePlace & { readonly starts: () => readonly string[] }> {
  const at = await probePlace();
  const file = pluginFileName({ name: "probe", version: "1.2.3", api: "x5.0" }, thisMachine);
  const path = join(at.directory, "plugins/github.com/imgbuild/probe", file);
  renameSync(path, `${path}.real`);
  const log = join(at.directory, "starts");
  const script = `#!/bin/sh\n[ "$1" != start ] || echo "$*" >> '${log}'\nexec '${path}.real' "$@"\n`;
  writeFileSync(path, script, { mode: 0o755 });
  writeFileSync(sumFileOf(path), createHash("sha256").update(script).digest("hex"));
  const starts = (): readonly string[] => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);
  return { ...at, starts };
}

const of = (kind: string, starts: readonly string[]): readonly string[] =>
  starts.filter((line) => line.startsWith(`start ${kind} `));

describe("processes of plugins", () => {
  it("check many sources each, and each source as if it were the only one", async () => {
    const at = await countedPlace();
    const template = at.template(
      sources((name) => `root = "x"\n${name === "c" ? 'misbehave = "prepare:error"' : ""}`) + build(),
    );
    const { stdout, code } = await at.run("validate", template);
    expect(stdout.match(/the probe was asked to fail in prepare/g)).toHaveLength(1);
    expect(stdout).toContain('source "probe" "c"');
    expect(code).toBe(1);
    // One for what the components take; the rest for six sources, of which one was asked twice.
    expect(of("builder", at.starts()).length).toBeLessThanOrEqual(6);
  });

  it("run what they have prepared: one process for each component of each build", async () => {
    const at = await countedPlace();
    for (const name of NAMES) mkdirSync(join(at.directory, name));
    const steps = `
  provisioner "probe-guest" {
    root = "."
  }
  post-processor "probe-stamp" {
    root = "."
  }`;
    const template = at.template(sources((name) => `root = "${name}"`) + build(steps));
    // What the components take is known then.
    await at.run("validate", template);
    const before = at.starts().length;
    const { code, stdout } = await at.run("build", template);
    expect(stdout).not.toContain("Error");
    expect(code).toBe(0);
    const started = at.starts().slice(before);
    // Sixteen are kept for the run, and the two others of the eighteen are checked by one more at least.
    expect(started.length).toBeLessThanOrEqual(20);
    expect(of("builder", started)).toHaveLength(NAMES.length);
  });
});
