import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeCommand, writeFiles } from "../helper/command-transcript.ts";
import { createWorkplace } from "../helper/imgbuild.ts";
import { startProgramAtTerminal } from "../helper/terminal.ts";
import { needs } from "../helper/need.ts";

/** Every command line of a file of fixtures, with what it prints and its exit code. Durations and ids are masked. */
const transcript = (name: string) => `../fixture/cli/${name}.txt`;

const template = `variable "greeting" {
  default = "hello"
}
variable "token" {
  default   = "planted-in-template"
  sensitive = true
}
source "file" "note" {
  target  = "note.txt"
  content = var.greeting
}
build {
  sources = ["source.file.note"]
  provisioner "shell-local" {
    inline = ["echo provisioning with $TOKEN"]
    env    = { TOKEN = var.token }
  }
  post-processor "checksum" {
    checksum_types = ["sha256"]
    output         = "sums"
  }
  post-processor "manifest" {}
}
`;

const mistakes = `source "file" "note" {
  traget = "note.txt"
}
source "fil" "other" {}
build {
  sources = ["source.file.note", "source.file.nope"]
  provisioner "shell-local" {
    inline = [var.greting]
  }
}
`;

it("a variable of the environment that Packer reads and imgbuild does not is said once (V-04)", async () => {
  const workplace = await createWorkplace({ PACKER_CONFIG: "config.json" });
  writeFiles(workplace, { "t.pkr.hcl": template });
  const { stderr } = await workplace.run("validate", "t.pkr.hcl");
  expect(stderr).toBe("Note: PACKER_CONFIG has no effect: imgbuild has settings of its own (docs/checkpoints.md).\n");
  expect((await workplace.run("version")).stderr).toBe("");
});

describe("the command", () => {
  it.each([
    ["no-command", []],
    ["help", ["help"]],
    ["help-validate", ["help", "validate"]],
    ["help-develop", ["help", "develop"]],
    ["help-checkpoints", ["help", "checkpoints"]],
    ["checkpoints-none", ["checkpoints"]],
    ["checkpoints-unknown-action", ["checkpoints", "purge"]],
    ["checkpoints-prune-what", ["checkpoints", "prune"]],
    ["checkpoints-show-what", ["checkpoints", "show"]],
    ["checkpoints-bad-size", ["checkpoints", "prune", "-keep=much"]],
    ["checkpoints-bad-age", ["checkpoints", "prune", "-older=soon"]],
    ["unknown-command", ["buld", "x.pkr.hcl"]],
    ["flag-before-command", ["-force", "build", "x.pkr.hcl"]],
    ["unknown-flag", ["build", "-fource", "x.pkr.hcl"]],
    ["missing-template", ["build"]],
    ["too-many-templates", ["validate", "a.pkr.hcl", "b.pkr.hcl"]],
    ["missing-value", ["validate", "x.pkr.hcl", "-var"]],
    ["bad-choice", ["build", "-on-error=explode", "x.pkr.hcl"]],
    ["bad-number", ["build", "-parallel-builds=many", "x.pkr.hcl"]],
    ["bad-boolean", ["build", "-force=maybe", "x.pkr.hcl"]],
    ["no-such-file", ["validate", "nope.pkr.hcl"]],
    ["empty-directory", ["validate", "."]],
    ["plugins-installed", ["plugins", "installed"]],
    ["docs-null", ["docs", "data-source", "null"]],
    ["docs-unknown", ["docs", "fil"]],
  ])("%s", async (name, args) => {
    const { directory, run } = await createWorkplace();
    await expect(describeCommand(args, await run(...args), directory)).toMatchFileSnapshot(transcript(name));
  });

  it.each([
    ["validate", ["validate", "t.pkr.hcl"]],
    ["validate-go-flags", ["validate", "--var", "greeting=-dash", "-syntax-only=false", "t.pkr.hcl"]],
    ["validate-syntax-only", ["validate", "-syntax-only", "t.pkr.hcl"]],
    ["validate-no-effect", ["validate", "-use-sequential-evaluation", "t.pkr.hcl"]],
    ["validate-mistakes", ["validate", "mistakes.pkr.hcl"]],
    ["build-mistakes", ["build", "mistakes.pkr.hcl"]],
    ["build", ["build", "t.pkr.hcl"]],
    ["build-timestamps", ["build", "-timestamp-ui", "t.pkr.hcl"]],
    ["build-machine-readable", ["-machine-readable", "build", "t.pkr.hcl"]],
    ["build-only-nothing", ["build", "-only=nope.*", "t.pkr.hcl"]],
    ["inspect", ["inspect", "t.pkr.hcl"]],
    ["inspect-json", ["inspect", "-json", "t.pkr.hcl"]],
    ["inspect-machine-readable", ["inspect", "-machine-readable", "t.pkr.hcl"]],
    ["init", ["init", "t.pkr.hcl"]],
    ["init-plugins", ["init", "plugins.pkr.hcl"]],
    ["plugins-required", ["plugins", "required", "plugins.pkr.hcl"]],
  ])("%s", async (name, args) => {
    const workplace = await createWorkplace({ IMGBUILD_PLUGIN_MIRROR: "mirror" });
    writeFiles(workplace, { "t.pkr.hcl": template, "mistakes.pkr.hcl": mistakes, "plugins.pkr.hcl": plugins });
    const text = describeCommand(args, await workplace.run(...args), workplace.directory);
    expect(text).not.toContain("planted-in-template");
    await expect(text).toMatchFileSnapshot(transcript(name));
  });

  const plugins = `packer {
  required_plugins {
    qemu = {
      source  = "github.com/hashicorp/qemu"
      version = ">= 1.0.0"
    }
    docker = {
      source  = "github.com/hashicorp/docker"
      version = "~> 1"
    }
  }
}
`;

  it.each(["version", "-v", "-version", "--version"])("%s prints the version", async (word) => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(await (await createWorkplace()).run(word)).toMatchObject({
      stdout: `imgbuild v${version}\n`,
      stderr: "",
      code: 0,
    });
  });

  it("version -machine-readable prints what Packer's tools read", async () => {
    const { stdout } = await (await createWorkplace()).run("-machine-readable", "version");
    expect(stdout).toMatch(/^\d+,,version,[\d.]+\n\d+,,version-prelease,\n\d+,,version-commit,\n$/);
  });

  needs("zsh", "zsh")("zsh completes commands, flags and their values, at a terminal", async () => {
    const place = await createWorkplace();
    const { run, directory } = place;
    writeFileSync(join(directory, "_imgbuild"), (await run("completion", "zsh")).stdout);
    execFileSync("zsh", ["-n", join(directory, "_imgbuild")]);
    writeFileSync(join(directory, "template.pkr.hcl"), "");
    const shell = startProgramAtTerminal(place, "zsh", "-f", "-i");
    shell.type(`unsetopt beep; fpath=('${directory}' $fpath); autoload -Uz compinit; compinit -u -D; echo rea''dy\r`);
    await shell.until("ready");
    // In the place of the command, one that shows what the shell made of the line.
    shell.type('imgbuild() { print -r -- "got" "[${(j:|:)@}]" }; echo defi\'\'ned\r');
    await shell.until("defined");
    const complete = async (typed: string, expected: string) => {
      shell.type(`${typed}\t\r`);
      await shell.until(`got [${expected}]`);
    };
    await complete("imgbuild val", "validate");
    await complete("imgbuild validate -syn", "validate|-syntax-only");
    await complete("imgbuild build -on-error=c", "build|-on-error=cleanup");
    await complete("imgbuild plugins req", "plugins|required");
    await complete("imgbuild build templ", "build|template.pkr.hcl");
    shell.type("exit\r");
    await shell.finished;
  });

  needs("fish", "fish")("fish completes commands, flags and their values", async () => {
    const { run, directory } = await createWorkplace();
    const script = join(directory, "imgbuild.fish");
    writeFileSync(script, (await run("completion", "fish")).stdout);
    const complete = (line: string): string[] =>
      execFileSync("fish", ["--no-config", "-c", `source ${script}; complete -C ${JSON.stringify(line)}`], {
        encoding: "utf8",
        env: { ...process.env, HOME: directory },
      })
        .trim()
        .split("\n")
        .map((candidate) => candidate.split("\t")[0]!);
    expect(complete("imgbuild val")).toEqual(["validate"]);
    expect(complete("imgbuild validate -syn")).toEqual(["-syntax-only"]);
    expect(complete("imgbuild build -on-error c")).toEqual(["cleanup"]);
    expect(complete("imgbuild plugins req")).toEqual(["required"]);
  });

  it("bash completes commands, flags and their values", async () => {
    const { run, directory } = await createWorkplace();
    const script = join(directory, "completion.bash");
    writeFileSync(script, (await run("completion", "bash")).stdout);
    const complete = (...words: string[]): string[] => {
      const program = `source ${script}; COMP_WORDS=(imgbuild ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}; _imgbuild; echo "\${COMPREPLY[@]}"`;
      return execFileSync("bash", ["-c", program], { encoding: "utf8" }).trim().split(" ");
    };
    expect(complete("val")).toEqual(["validate"]);
    expect(complete("validate", "-syn")).toEqual(["-syntax-only"]);
    expect(complete("validate", "--syn")).toEqual(["--syntax-only"]);
    expect(complete("build", "-on-error", "c")).toEqual(["cleanup"]);
    expect(complete("plugins", "req")).toEqual(["required"]);
  });

  it("-autocomplete-install puts it in place, -autocomplete-uninstall takes it away", async () => {
    const { run, directory } = await createWorkplace({ SHELL: "/bin/bash" });
    expect((await run("-autocomplete-install")).code).toBe(0);
    const path = join(directory, ".local/share/bash-completion/completions/imgbuild");
    expect(readFileSync(path, "utf8")).toContain("complete -F _imgbuild imgbuild");
    expect((await run("-autocomplete-uninstall")).code).toBe(0);
    expect(() => readFileSync(path)).toThrow("ENOENT");
  });

  it("the JSON Schema names every component", async () => {
    const { stdout } = await (await createWorkplace()).run("docs", "-json-schema");
    const schema = JSON.parse(stdout) as {
      properties: { source: { properties: Record<string, unknown> } };
    };
    expect(Object.keys(schema.properties.source.properties)).toEqual(expect.arrayContaining(["null", "file", "qemu"]));
  });
});
