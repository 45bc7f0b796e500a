import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { runAct } from "../helper/act.ts";
import { createCiProject, snippetOf, type CiProject } from "../helper/ci-project.ts";
import { needsEngine } from "../helper/needs-engine.ts";
import { writePowerOffImage } from "../helper/power-off-image.ts";

const withAct = needsEngine("act");
const withGitlab = needsEngine("gitlab-ci-local");
const withKubernetes = needsEngine("kubernetes-validate");

/** Ten builds with names that mean something to shells, engines and YAML, and two machines. */
const TWELVE = `
source "file" "a" {
  content = "hello"
}
source "null" "n" {
  communicator = "none"
}
source "qemu" "machine" {
  iso_url      = "images/disk.raw"
  iso_checksum = "none"
  disk_image   = true
  disk_size    = "1M"
  format       = "raw"
  accelerator  = "tcg"
  headless     = true
  communicator = "none"
}
build {
  name = "it's \\"all\\", $HOME \${"$"}(touch hijacked) \${"$"}{{ x }} {x}: #\\n*"
${["a1", "a2", "a3", "a4", "a5"].map((name) => `  source "file.a" {\n    name = "${name}"\n    target = "${name}.txt"\n  }`).join("\n")}
${["n1", "n2", "n3", "n4", "n5"].map((name) => `  source "null.n" {\n    name = "${name}"\n  }`).join("\n")}
${["m1", "m2"].map((name) => `  source "qemu.machine" {\n    name = "${name}"\n    output_directory = "out-${name}"\n  }`).join("\n")}
  post-processor "manifest" {
    strip_time = true
  }
}`;

async function twelve(): Promise<CiProject> {
  const project = await createCiProject();
  project.write("images/twelve/twelve.pkr.hcl", TWELVE);
  // A machine has to be on for long enough to be met.
  await writePowerOffImage(join(project.directory, "images/disk.raw"), { waitSeconds: 2 });
  project.commit();
  return project;
}

interface Metadata {
  readonly builds: readonly {
    readonly build: string;
    readonly artifacts: readonly { readonly files: readonly { readonly path: string }[] }[];
  }[];
}

/** All that is no time, no id of a run, and no directory of one machine. */
function ofAnyMachine(text: string): readonly object[] {
  const { builds } = JSON.parse(text) as Metadata;
  return builds.map((build) => ({
    ...build,
    runId: "",
    startedAt: "",
    finishedAt: "",
    durationMs: 0,
    steps: [],
    logPath: "",
    artifacts: build.artifacts.map((artifact) => ({
      ...artifact,
      files: artifact.files.map((file) => ({ ...file, path: file.path.replace(/^.*\/(?=out-|a\d\.txt)/, "") })),
    })),
  }));
}

async function ofOneRun(): Promise<readonly object[]> {
  const project = await twelve();
  const { code, output } = await project.run("imgbuild", "build", "-metadata-file=one.json", "images/twelve");
  expect(code, output).toBe(0);
  await project.run("imgbuild", "manifest", "merge", "merged.json", "one.json");
  const builds = ofAnyMachine(project.read("merged.json"));
  expect(builds).toHaveLength(12);
  return builds;
}

withAct("twelve builds in a matrix of GitHub Actions, as the page has it, give the record of one run", async () => {
  const project = await twelve();
  project.write(".github/workflows/fleet.yml", snippetOf("docs/fleet.md", "# .github/workflows/fleet.yml"));
  project.commit();
  const { code, lines } = await runAct(project);
  const text = lines.join("\n");
  expect(code, text).toBe(0);
  const parts = join(project.directory, "../artifacts");
  expect(readdirSync(parts)).toHaveLength(12);
  await project.run("imgbuild", "manifest", "merge", "merged.json", parts);
  expect(ofAnyMachine(project.read("merged.json"))).toEqual(await ofOneRun());
  // The table of the last job is the one that has all of them.
  expect(text.slice(text.indexOf("Merged 12 builds")).match(/^\| .* \| succeeded \|/gm)).toHaveLength(12);
  expect(text).not.toContain("touch: ");
});

withGitlab("twelve builds in a child pipeline of GitLab, as the page has it, give the record of one run", async () => {
  const project = await twelve();
  project.write(".gitlab-ci.yml", snippetOf("docs/fleet.md", "# .gitlab-ci.yml"));
  project.commit();
  const { code, output } = await project.run("gitlab-ci-local", "--force-shell-executor", "--shell-isolation");
  expect(code, output).toBe(0);
  expect(ofAnyMachine(project.read("imgbuild-metadata.json"))).toEqual(await ofOneRun());
});

withKubernetes("twelve builds as Jobs are what Kubernetes accepts, strictly", async () => {
  const project = await twelve();
  const plan = await project.run("imgbuild", "plan", "-format=kubernetes", "-image=imgbuild:1", "images/");
  project.write("jobs.yaml", plan.output);
  const accepted = await project.run("kubernetes-validate", "--strict", "jobs.yaml");
  expect(accepted).toMatchObject({ code: 0 });
  expect(accepted.output.match(/passed/gi)).toHaveLength(12);
  project.write("jobs.yaml", plan.output.replace("backoffLimit:", "backofLimit:"));
  expect((await project.run("kubernetes-validate", "--strict", "jobs.yaml")).code).not.toBe(0);
});
