import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runAct } from "../helper/act.ts";
import { createCiProject, snippetOf } from "../helper/ci-project.ts";
import { needsEngine } from "../helper/needs-engine.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

const withAct = needsEngine("act");
const withGitlab = needsEngine("gitlab-ci-local");
const withPreCommit = needsEngine("pre-commit");

const GOOD = `variable "token" {
  default = "-"
}

source "file" "web" {
  content = "hello \${var.token}"
  target  = "web.txt"
}

build {
  sources = ["source.file.web"]

  post-processor "manifest" {
  }
}
`;
const BAD = `source "file" "broken" {
  content = "hello"
  tarket  = "100%,\\n::x"
}

build {
  sources = ["source.file.broken"]
}
`;
const PAGE = "docs/ci.md";

withAct("the Action checks, builds, and hands out artifacts, as the page has it", async () => {
  const project = await createCiProject();
  const workflow = snippetOf(PAGE, "# .github/workflows/images.yml").replace(
    "templates: images/*",
    "$&\n          cache: false",
  );
  project.write(".github/workflows/images.yml", workflow);
  project.write("images/web server/web.pkr.hcl", GOOD);
  project.commit();
  const { code, lines } = await runAct(project, "--secret=TOKEN=s3cret-token");
  const text = lines.join("\n");
  expect(code, text).toBe(0);
  expect(text).toContain('| Made {"file.web":["File"]}');
  expect(text).toMatch(/set-output:: artifact-files=\{"file\.web":\["\/.*\/web\.txt"\]\}/);
  expect(text).toMatch(/set-output:: manifest=\/.*\/packer-manifest\.json/);
  expect(text).toMatch(/set-output:: metadata-file=\/.*\.json/);
  expect(text).toMatch(/set-output:: version=\d+\.\d+\.\d+/);
  expect(text.match(/^\| file\.web \| succeeded \|/gm)!.length).toBeGreaterThan(0);
});

withAct("the Action shows every mistake at its line from the root of the checkout, and builds nothing", async () => {
  const project = await createCiProject();
  const inputs = {
    run: "fmt validate,build",
    "working-directory": "images",
    templates: "bad\n$(touch hijacked)\ngood",
    vars: `token=it's "$HOME" \`touch hijacked\` $(touch hijacked)`,
    cache: "false",
    imgbuild: "imgbuild",
  };
  const steps = [{ uses: "actions/checkout@v5" }, { uses: "OWNER/imgbuild@v0.2.0", with: inputs }];
  project.write(
    ".github/workflows/w.yml",
    JSON.stringify({ on: "push", jobs: { w: { "runs-on": "ubuntu-latest", steps } } }),
  );
  project.write("images/bad/bad.pkr.hcl", BAD);
  project.write("images/good/good.pkr.hcl", GOOD.replace("  target ", "  target"));
  project.commit();
  const { code, lines } = await runAct(project);
  expect(code).toBe(1);
  const annotations = lines.flatMap((line) => /::(?:error|warning) .*/.exec(line) ?? []).map(String);
  expect(annotations).toEqual([
    '::error title=No such file or folder::There is no file or folder "$(touch hijacked)".',
    expect.stringMatching(/^::error file=images\/good\/good\.pkr\.hcl,title=Not in canonical style::/),
    expect.stringMatching(/^::error file=images\/bad\/bad\.pkr\.hcl,line=3,.*col=3,.*Did you mean "target"/),
    expect.stringMatching(/^::error title=Undeclared input variable::/),
    expect.stringMatching(/^::error title=Cannot read template::/),
    "::error title=imgbuild::Failed: fmt $(touch hijacked)%0Afmt good%0Avalidate bad%0Avalidate $(touch hijacked)",
  ]);
  expect(lines.join("\n")).not.toContain("build.sh");
  expect(existsSync(join(project.directory, "images/hijacked"))).toBe(false);
});

withAct("the Action installs no program that is another than the release's", async () => {
  const project = await createCiProject();
  const steps = [{ uses: "OWNER/imgbuild@v0.2.0", with: { version: "9.9.9", run: "none" } }];
  project.write(
    ".github/workflows/w.yml",
    JSON.stringify({ on: "push", jobs: { w: { "runs-on": "ubuntu-latest", steps } } }),
  );
  project.commit();
  const { code, lines } = await runAct(project);
  expect(code).toBe(1);
  expect(lines.join("\n")).toMatch(/::error title=imgbuild::.*is not what it should be: its SHA-256 is/);
  expect(lines.join("\n")).not.toContain("hijacked");
});

it("the Action says why it cannot install, and what to set", async () => {
  const installing = async (env: Readonly<Record<string, string>>) => {
    const place = { RUNNER_TEMP: temporaryDirectory(), GITHUB_PATH: "path.txt", GITHUB_OUTPUT: "output.txt" };
    const project = await createCiProject({ ...place, IMGBUILD_RELEASES: "", ...env });
    const { code, output } = await project.run("bash", join(project.ours, "ci/github/install.sh"));
    expect(code).toBe(1);
    return output;
  };
  expect(await installing({})).toMatch(/^::error title=imgbuild::.*Set the input imgbuild to a program, or releases/m);
  expect(await installing({ INPUT_IMGBUILD: "no/such" })).toMatch(/^::error .*no program no\/such on this machine/m);
  expect(await installing({ INPUT_RELEASES: "http://127.0.0.1:1", INPUT_VERSION: "0.3.0" })).toMatch(
    /^::error .*127\.0\.0\.1:1\/download\/v0\.3\.0\/imgbuild-\S+ cannot be downloaded\. Is there such a release\?/m,
  );
  expect(await installing({ RUNNER_OS: "Plan9" })).toMatch(/^::error .*no release for Plan9/m);
});

withGitlab("the jobs for GitLab check, report and build, as the page has it", async () => {
  const project = await createCiProject();
  project.write(".gitlab-ci.yml", snippetOf(PAGE, "# .gitlab-ci.yml"));
  project.write("images/web/web.pkr.hcl", GOOD);
  project.commit();
  const run = () => project.run("gitlab-ci-local", "--force-shell-executor", "--shell-isolation", "--no-color");
  const { code, output } = await run();
  expect(code, output).toBe(0);
  expect(JSON.parse(project.read("gl-code-quality-report.json"))).toEqual([]);
  expect(JSON.parse(project.read("imgbuild-metadata.json"))).toMatchObject({
    outcome: "succeeded",
    builds: [{ build: "file.web", artifacts: [{ id: "File" }] }],
  });

  // Its style is wrong, too.
  project.write("images/web/web.pkr.hcl", GOOD.replace("target  =", "tarket ="));
  const wrong = await run();
  expect(wrong.code).not.toBe(0);
  expect(wrong.output).toMatch(/^validate +> +\S*web\.pkr\.hcl$/m);
  const issues = JSON.parse(project.read("gl-code-quality-report.json")) as readonly object[];
  expect(issues).toContainEqual({
    description: expect.stringContaining('Did you mean "target"?') as string,
    check_name: "unknown-argument",
    severity: "major",
    location: { path: "images/web/web.pkr.hcl", lines: { begin: 7, end: 7 } },
    fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });

  project.write("images/web/web.pkr.hcl", "build {\n");
  expect((await run()).code).not.toBe(0);
  expect(project.read("gl-code-quality-report.json")).toContain('"images/web/web.pkr.hcl"');
});

withPreCommit("the hooks for pre-commit format files, and check each folder once", async () => {
  const project = await createCiProject();
  const config = snippetOf(PAGE, "# .pre-commit-config.yaml");
  project.write(".pre-commit-config.yaml", config);
  project.write("images/web one/web.pkr.hcl", GOOD);
  project.write("images/web one/more.pkr.hcl", GOOD.replaceAll("web", "more").replace(/variable[^}]*\}\n\n/, ""));
  project.write("images/vars/prod.pkrvars.hcl", 'token = "x"\n');
  project.commit();
  const run = (...args: readonly string[]) => project.run("pre-commit", "run", "--all-files", "--verbose", ...args);
  const first = await run();
  expect(first).toMatchObject({ code: 0 });
  expect(first.output.match(/Syntax-only check passed/g)).toHaveLength(1);

  project.write("images/web one/web.pkr.hcl", GOOD.replace("  target  =", "  target ="));
  project.write(
    ".pre-commit-config.yaml",
    config.replace("args: [-syntax-only]", "args: [-var=token=y, -warnings-as-errors]"),
  );
  project.write("images/bad/bad.pkr.hcl", BAD);
  project.commit();
  const second = await run();
  expect(second.code).toBe(1);
  expect(project.read("images/web one/web.pkr.hcl")).toBe(GOOD);
  expect(second.output).toContain("images/bad/bad.pkr.hcl line 3");
  expect(second.output.match(/The configuration is valid/g)).toHaveLength(1);
});
