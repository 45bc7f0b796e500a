import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Answer } from "../helper/http-server.ts";
import { createWorkplace, type Finished, type Workplace } from "../helper/imgbuild.ts";
import { describeLine, installPluginFile } from "../helper/plugin/installed-plugins.ts";
import { githubFiles, pluginProgram, releaseServer, thisTarget, vendorFiles } from "../helper/plugin/release-server.ts";

const CLOUD = "github.com/acme/happycloud";

interface Requirements {
  readonly [accessor: string]: readonly [source: string, version: string];
}

const requiring = (plugins: Requirements): string => `packer {
  required_plugins {
${Object.entries(plugins)
  .map(
    ([name, [source, version]]) =>
      `    ${name} = {\n      source  = "${source}"\n      version = "${version}"\n    }\n`,
  )
  .join("")}  }
}
`;

const twoBuilds = `
variable "never_set" {}
source "null" "plain" {
  communicator = "none"
}
source "happycloud" "cloud" {
  region = var.never_set
}
build {
  sources = ["null.plain", "happycloud.cloud"]
  provisioner "shell-local" {
    only   = ["null.plain"]
    inline = ["true"]
  }
}
`;

async function place(
  files: Readonly<Record<string, Answer>> = {},
  templates: Readonly<Record<string, string>> = {},
): Promise<Workplace & { readonly plugins: string; readonly requests: readonly { readonly path: string }[] }> {
  const server = await releaseServer(files);
  const workplace = await createWorkplace({ ...server.env, PACKER_PLUGIN_PATH: "plugins" });
  for (const [name, text] of Object.entries(templates)) writeFileSync(join(workplace.directory, name), text);
  return { ...workplace, plugins: join(workplace.directory, "plugins"), requests: server.requests };
}

const acme = (...versions: readonly string[]) =>
  githubFiles(
    "acme",
    "happycloud",
    versions.map((version) => ({ version })),
  );

/** What is the same on every machine and in every run. */
function shown({ stdout, stderr, code }: Finished, { directory }: Workplace): string {
  const same = (text: string): string =>
    text
      .replaceAll(directory, "DIR")
      .replaceAll(thisTarget, "OS_ARCH")
      .replace(/http:\/\/127\.0\.0\.1:\d+/g, "SERVER");
  return `${same(stdout)}${stderr === "" ? "" : `--- stderr\n${same(stderr)}`}--- exit code ${code}\n`;
}

const lockOf = ({ directory }: Workplace): string => readFileSync(join(directory, ".packer.lock.hcl"), "utf8");

describe("init", () => {
  it("installs what is missing, says what is built in, and locks what it took", async () => {
    const template = requiring({ happycloud: [CLOUD, "~> 1.0"], qemu: ["github.com/hashicorp/qemu", ">= 1.0.0"] });
    const at = await place(await acme("1.0.0", "1.1.0", "2.0.0"), { "t.pkr.hcl": template + twoBuilds });
    const first = await at.run("init", "t.pkr.hcl");
    expect(shown(first, at)).toBe(
      `qemu (github.com/hashicorp/qemu >= 1.0.0): built in, nothing to install.
Installed plugin ${CLOUD} v1.1.0 in "DIR/plugins/${CLOUD}/packer-plugin-happycloud_v1.1.0_x5.0_OS_ARCH"
Written to .packer.lock.hcl.
--- exit code 0
`,
    );
    expect(lockOf(at)).toMatch(
      new RegExp(
        `plugin "${CLOUD}" {\n {2}version = "1.1.0"\n {2}archives = {\n.*${thisTarget} *= "sha256:[0-9a-f]{64}"\n.*plan9_mips *= "sha256:[0-9a-f]{64}"\n {2}}\n {2}binaries = {\n {4}${thisTarget} = "sha256:[0-9a-f]{64}"\n {2}}\n}\n$`,
        "s",
      ),
    );
    const requests = at.requests.length;
    const lock = lockOf(at);
    const second = await at.run("init", "t.pkr.hcl");
    expect(shown(second, at)).toContain(`${CLOUD} ~> 1.0: v1.1.0 is installed.\n--- exit code 0`);
    expect([at.requests.length, lockOf(at)]).toEqual([requests, lock]);
  });

  it("formats its lock file as fmt does", async () => {
    const at = await place(await acme("1.0.0"), {
      "t.pkr.hcl": requiring({ happycloud: [CLOUD, "~> 1.0"] }) + twoBuilds,
    });
    await at.run("init", "t.pkr.hcl");
    writeFileSync(join(at.directory, "lock.pkr.hcl"), lockOf(at));
    expect(await at.run("fmt", "-check", "-diff", "lock.pkr.hcl")).toMatchObject({ code: 0 });
  });

  it("installs what is locked although there is something newer, until -upgrade takes that", async () => {
    const files = await acme("1.0.0");
    const at = await place(files, { "t.pkr.hcl": requiring({ happycloud: [CLOUD, "~> 1.0"] }) + twoBuilds });
    await at.run("init", "t.pkr.hcl");
    Object.assign(files, await acme("1.0.0", "1.1.0"));
    await at.run("plugins", "remove", CLOUD);
    expect((await at.run("init", "t.pkr.hcl")).stdout).toContain("v1.0.0 in");
    const upgraded = await at.run("init", "-upgrade", "t.pkr.hcl");
    expect(upgraded.stdout).toContain("v1.1.0 in");
    expect(lockOf(at)).toContain('version = "1.1.0"');
    expect((await at.run("init", "-upgrade", "t.pkr.hcl")).stdout).toContain("v1.1.0 is installed.");
  });

  it("refuses what is locked and has changed, where it was installed and where it comes from", async () => {
    const files = await acme("1.0.0");
    const at = await place(files, { "t.pkr.hcl": requiring({ happycloud: [CLOUD, "~> 1.0"] }) + twoBuilds });
    await at.run("init", "t.pkr.hcl");
    const [binary] = readdirSync(join(at.plugins, CLOUD)).filter((name) => !name.endsWith("SUM"));
    const path = join(at.plugins, CLOUD, binary!);
    const other = pluginProgram(`${describeLine("1.0.0")}\n`);
    writeFileSync(path, other);
    writeFileSync(`${path}_SHA256SUM`, createHash("sha256").update(other).digest("hex"));
    const replaced = await at.run("init", "t.pkr.hcl");
    expect(shown(replaced, at)).toContain("github.com/acme/happycloud v1.0.0 is not what is locked");
    expect(replaced.code).toBe(1);
    expect((await at.run("plugins", "required", "t.pkr.hcl")).stderr).toContain(
      "It is another file than the one that was locked",
    );
    expect((await at.run("init", "-force", "t.pkr.hcl")).code).toBe(0);
    expect((await at.run("init", "t.pkr.hcl")).code).toBe(0);
    await at.run("plugins", "remove", CLOUD);
    Object.assign(
      files,
      await githubFiles("acme", "happycloud", [{ version: "1.0.0", says: `${describeLine("1.0.0")}\n` }]),
    );
    expect((await at.run("init", "t.pkr.hcl")).stderr).toContain("is not the file that the lock file names");
  });

  it("says that the lock does not allow what the template asks for", async () => {
    const at = await place(await acme("1.0.0", "2.0.0"), {
      "t.pkr.hcl": requiring({ happycloud: [CLOUD, "~> 1.0"] }) + twoBuilds,
    });
    await at.run("init", "t.pkr.hcl");
    writeFileSync(join(at.directory, "t.pkr.hcl"), requiring({ happycloud: [CLOUD, "~> 2.0"] }) + twoBuilds);
    const refused = await at.run("init", "t.pkr.hcl");
    expect(refused.stderr).toContain("is locked at version 1.0.0, and the template asks for ~> 2.0");
    expect(refused.code).toBe(1);
    expect((await at.run("init", "-upgrade", "t.pkr.hcl")).stdout).toContain("v2.0.0 in");
  });

  it("keeps what the lock says of plugins of other templates", async () => {
    const files = { ...(await acme("1.0.0")), ...(await githubFiles("acme", "gloom", [{ version: "3.0.0" }])) };
    const at = await place(files, {
      "a.pkr.hcl": requiring({ happycloud: [CLOUD, "1.0.0"] }) + twoBuilds,
      "b.pkr.hcl": requiring({ gloom: ["github.com/acme/gloom", "3.0.0"] }) + twoBuilds,
    });
    await at.run("init", "a.pkr.hcl");
    await at.run("init", "b.pkr.hcl");
    expect(lockOf(at)).toMatch(/plugin "github.com\/acme\/gloom".*plugin "github.com\/acme\/happycloud"/s);
  });

  it("names a lock file that it cannot read, and changes nothing", async () => {
    const at = await place(await acme("1.0.0"), {
      "t.pkr.hcl": requiring({ happycloud: [CLOUD, "~> 1.0"] }) + twoBuilds,
      ".packer.lock.hcl": "plugin {",
    });
    const { code, stderr } = await at.run("init", "t.pkr.hcl");
    expect(stderr).toMatch(/\.packer\.lock\.hcl cannot be understood: .*, line 1/);
    expect([code, lockOf(at), existsSync(at.plugins)]).toEqual([1, "plugin {", false]);
  });

  it("succeeds for the builds that can run, and names them, when nothing was selected", async () => {
    const at = await place({}, { "t.pkr.hcl": requiring({ happycloud: [CLOUD, "~> 1.0"] }) + twoBuilds });
    const finished = await at.run("init", "t.pkr.hcl");
    expect(shown(finished, at)).toContain("happycloud.cloud cannot run without what is missing. The others can:");
    expect(finished.stderr).toContain("imgbuild build -only='null.plain' t.pkr.hcl");
    expect(finished.code).toBe(0);
  });

  it.each([
    [["-only=null.*"], 0],
    [["-except=happycloud.cloud"], 0],
    [["-only=happycloud.cloud"], 1],
    [["-except=null.*"], 1],
  ])("with %s counts what those builds need", async (selection, code) => {
    const at = await place({}, { "t.pkr.hcl": requiring({ happycloud: [CLOUD, "~> 1.0"] }) + twoBuilds });
    const finished = await at.run("init", ...selection, "t.pkr.hcl");
    expect(finished.stderr).toContain(`${CLOUD} ~> 1.0 cannot be installed`);
    expect(finished.code).toBe(code);
  });

  it("needs the plugin of a data source for every build, and goes on with the others when one fails", async () => {
    const data = 'data "gloom-image" "x" {}\n';
    const template = requiring({ gloom: ["github.com/acme/gloom", "1.0.0"], happycloud: [CLOUD, "1.0.0"] });
    const at = await place(await acme("1.0.0"), { "t.pkr.hcl": template + data + twoBuilds });
    const finished = await at.run("init", "-only=null.plain", "t.pkr.hcl");
    expect(finished.stdout).toContain(`Installed plugin ${CLOUD} v1.0.0`);
    expect(finished.stderr).toContain("github.com/acme/gloom 1.0.0 cannot be installed");
    expect(finished.code).toBe(1);
  });

  it("fetches the real plugin of one that is built in for a component that is not", async () => {
    const template = `${requiring({ amazon: ["github.com/hashicorp/amazon", "~> 1"] })}
source "amazon-chroot" "x" {}
build {
  sources = ["amazon-chroot.x"]
}
`;
    const at = await place(await vendorFiles("amazon", [{ version: "1.9.0" }]), { "t.pkr.hcl": template });
    const finished = await at.run("init", "t.pkr.hcl");
    expect(finished.stdout).toContain("built in, but not all that is used of it.");
    expect(finished.stdout).toContain("Installed plugin github.com/hashicorp/amazon v1.9.0");
  });

  it("says that what is built in has another version than is asked for", async () => {
    const template = requiring({ qemu: ["github.com/hashicorp/qemu", "~> 9.0"] }) + twoBuilds;
    const at = await place({}, { "t.pkr.hcl": template });
    const { stdout, code } = await at.run("init", "t.pkr.hcl");
    expect(stdout).toMatch(
      /nothing to install\. What is built in has the options of version \d+\.\d+\.\d+, which is not ~> 9\.0\./,
    );
    expect(code).toBe(0);
  });

  it("is content with a development build, and does not lock it", async () => {
    const at = await place({}, { "t.pkr.hcl": requiring({ happycloud: [CLOUD, ">= 1.2.0"] }) + twoBuilds });
    installPluginFile(at.plugins, { source: CLOUD, version: "1.2.0-dev" });
    const finished = await at.run("init", "t.pkr.hcl");
    expect(finished).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(at.directory, ".packer.lock.hcl"))).toBe(false);
  });

  it("says what is wrong with the address or the version of a requirement", async () => {
    const template = requiring({ a: ["happycloud", "1.0.0"], b: [CLOUD, "1.0.0-beta"], c: [CLOUD, "newest"] });
    const at = await place({}, { "t.pkr.hcl": template + twoBuilds });
    const { code, stderr } = await at.run("init", "t.pkr.hcl");
    expect(stderr).toContain('"happycloud" is no address of a plugin');
    expect(stderr).toContain("A constraint of a plugin names releases only");
    expect(stderr.match(/Invalid version constraint/g)).toHaveLength(2);
    expect(code).toBe(1);
  });

  it("says why plugins cannot be put where they belong", async () => {
    const at = await place(await acme("1.0.0"), {
      "t.pkr.hcl": requiring({ happycloud: [CLOUD, "~> 1.0"] }) + twoBuilds,
    });
    writeFileSync(at.plugins, "a file in the way");
    const { code, stderr } = await at.run("init", "-only=happycloud.*", "t.pkr.hcl");
    expect(stderr).toContain("The plugin cannot be put into");
    expect(code).toBe(1);
  });
});

describe("plugins", () => {
  it("lists what can be used, one path a line, and why the rest cannot", async () => {
    const at = await place();
    const good = installPluginFile(at.plugins, { source: CLOUD, version: "1.0.0" });
    const other = installPluginFile(at.plugins, { source: "github.com/other/happycloud", version: "0.9.0" });
    installPluginFile(at.plugins, { source: CLOUD, version: "1.1.0", sum: null });
    const { stdout, stderr, code } = await at.run("plugins", "installed");
    expect(stdout).toBe(`${other}\n${good}\n`);
    expect(stderr).toContain('Several plugins are called "happycloud"');
    expect(stderr).toContain("is not used. The file with its SHA-256 is missing");
    expect(stderr).toContain("github.com/hashicorp/qemu: builder qemu");
    expect(code).toBe(0);
  });

  it("shows what a template requires as Packer does", async () => {
    const template = requiring({
      hc: [CLOUD, ">= 1.0"],
      qemu: ["github.com/hashicorp/qemu", ">= 1.0.0"],
      x: ["h/n/x", "1.0.0"],
    });
    const at = await place({}, { "t.pkr.hcl": template });
    const [one, two] = ["1.0.0", "1.1.0"].map((version) => installPluginFile(at.plugins, { source: CLOUD, version }));
    const { stdout, stderr, code } = await at.run("plugins", "required", "t.pkr.hcl");
    expect(stdout).toBe(
      `hc ${CLOUD} ">= 1.0" ${one} ${two}\nqemu github.com/hashicorp/qemu ">= 1.0.0"\nx h/n/x "1.0.0"\n`,
    );
    expect(stderr).toContain("qemu is built in.");
    expect(stderr).toContain("x is not installed. To install it:\n    imgbuild init t.pkr.hcl");
    expect(code).toBe(0);
  });

  it("installs a release, and says when it is there", async () => {
    const at = await place(await acme("1.0.0", "2.0.0"));
    const first = await at.run("plugins", "install", CLOUD, "~> 1.0");
    expect(first.stdout).toBe(
      `Installed plugin ${CLOUD} v1.0.0 in "${join(at.plugins, CLOUD)}/packer-plugin-happycloud_v1.0.0_x5.0_${thisTarget}"\n`,
    );
    const again = await at.run("plugins", "install", CLOUD, "~> 1.0");
    expect(again).toMatchObject({ stdout: "", stderr: `${CLOUD} v1.0.0 is installed already.\n`, code: 0 });
    expect((await at.run("plugins", "install", "-force", CLOUD, "1.0.0")).stdout).toContain("Installed plugin");
    expect((await at.run("plugins", "install", CLOUD)).stdout).toContain("v2.0.0");
  });

  it.each(["--path", "-path"])("installs a binary with %s, and removes it by its address or its path", async (flag) => {
    const at = await place();
    writeFileSync(join(at.directory, "mine"), pluginProgram(describeLine("1.2.3-dev")));
    const installed = await at.run("plugins", "install", flag, "mine", CLOUD);
    const path = join(at.plugins, CLOUD, `packer-plugin-happycloud_v1.2.3-dev_x5.0_${thisTarget}`);
    expect(installed.stdout).toBe(
      `Successfully installed plugin ${CLOUD} from ${join(at.directory, "mine")} to ${path}\n`,
    );
    expect(await at.run("plugins", "remove", CLOUD)).toMatchObject({ stdout: `${path}\n`, code: 0 });
    await at.run("plugins", "install", flag, "mine", CLOUD);
    expect(await at.run("plugins", "remove", path)).toMatchObject({ stdout: `${path}\n`, code: 0 });
    expect(readdirSync(at.plugins)).toEqual([]);
  });

  it("removes only versions that are named, and says when there is none", async () => {
    const at = await place();
    for (const version of ["1.0.0", "2.0.0"]) installPluginFile(at.plugins, { source: CLOUD, version });
    expect((await at.run("plugins", "remove", CLOUD, "< 2")).stdout).toContain("_v1.0.0_");
    const none = await at.run("plugins", "remove", CLOUD, "< 2");
    expect(none.stderr).toContain(`No installed plugin found matching the plugin constraints ${CLOUD} < 2`);
    expect(none.code).toBe(1);
  });

  it.each([
    [["plugins"], "needs an action"],
    [["plugins", "instal", CLOUD], "It has installed, required, install, remove."],
    [["plugins", "install"], "takes a plugin"],
    [["plugins", "install", CLOUD, "newest"], "is no version"],
    [["plugins", "install", "--path", "x", CLOUD, "1.0.0"], "takes no version beside --path"],
    [["plugins", "remove"], "takes a plugin"],
    [["plugins", "installed", "x"], "takes no argument"],
    [["plugins", "required"], "needs a template"],
  ])("explains how it is used: %s", async (args, sentence) => {
    const at = await place();
    const { code, stderr } = await at.run(...args);
    expect(stderr.replaceAll(/\s+/g, " ")).toContain(sentence);
    expect(code).toBe(2);
  });

  it("says what is wrong with an address, and with a list of folders", async () => {
    const at = await place();
    const address = await at.run("plugins", "install", "acme/happycloud");
    expect(address.stderr).toContain('"acme/happycloud" is no address of a plugin');
    expect(address.code).toBe(1);
    const list = await createWorkplace({ PACKER_PLUGIN_PATH: "/a:/b" });
    expect((await list.run("plugins", "installed")).stderr).toContain("PACKER_PLUGIN_PATH names several folders");
  });

  it("finds what Packer installed in the user's folders", async () => {
    const { PACKER_PLUGIN_PATH: _, ...env } = (await place()).env;
    const at = await createWorkplace({ XDG_CONFIG_HOME: join(env["HOME"]!, "xdg") });
    const path = installPluginFile(join(env["HOME"]!, "xdg/packer/plugins"), { source: CLOUD, version: "1.0.0" });
    expect((await at.run("plugins", "installed")).stdout).toBe(`${path}\n`);
  });

  it("shows no token of the environment, whatever goes wrong", async () => {
    const at = await createWorkplace({ ...(await releaseServer({})).env, GITHUB_TOKEN: "planted-token" });
    const { stdout, stderr } = await at.run("plugins", "install", CLOUD);
    expect(stdout + stderr).not.toContain("planted-token");
    mkdirSync(join(at.directory, "x"));
    chmodSync(join(at.directory, "x"), 0o755);
  });
});

describe("a plugin that is missing", () => {
  const three = `
source "null" "plain" {
  communicator = "none"
}
source "happycloud" "one" {}
source "happycloud" "two" {}
source "vmware-iso" "box" {}
build {
  sources = ["null.plain", "happycloud.one", "happycloud.two", "vmware-iso.box"]
}
`;

  it("is no guess where imgbuild has the other components of the plugin", async () => {
    const template = 'source "amazon-chroot" "x" {}\nbuild {\n  sources = ["amazon-chroot.x"]\n}\n';
    const at = await place({}, { "t.pkr.hcl": template });
    const { stdout, code } = await at.run("validate", "t.pkr.hcl");
    const flowing = stdout.replace(/\s+/g, " ");
    expect(code).toBe(1);
    expect(flowing).toContain("imgbuild has other components of this plugin itself, and not amazon-chroot.");
    expect(flowing).toContain("To install it: imgbuild plugins install github.com/hashicorp/amazon");
    expect(flowing).not.toContain("guess");
  });

  it("is one error, with what needs it, the command, and the builds that run without", async () => {
    const at = await place({}, { "t.pkr.hcl": requiring({ happycloud: [CLOUD, "~> 1.0"] }) + three });
    const { stdout, code } = await at.run("validate", "t.pkr.hcl");
    const flowing = stdout.replace(/\s+/g, " ");
    expect(code).toBe(1);
    expect(stdout.match(/Missing plugin/g)).toHaveLength(2);
    expect(flowing).toContain(`The template needs the plugin ${CLOUD} ~> 1.0 for happycloud, and it is not installed.`);
    expect(flowing).toContain("To install it: imgbuild init t.pkr.hcl");
    expect(flowing).toContain("github.com/hashicorp/vmware is a guess by the name");
    expect(flowing).toContain("To install it: imgbuild plugins install github.com/hashicorp/vmware");
    expect(flowing).toContain(
      "Without what is missing these builds can run: imgbuild build -only='null.plain' t.pkr.hcl",
    );
    const selected = await at.run("validate", "-only=null.plain", "t.pkr.hcl");
    expect(selected.stdout).toContain("The configuration is valid.");
    expect(selected.code).toBe(0);
  });

  it("says what is there instead", async () => {
    const at = await place({}, { "t.pkr.hcl": requiring({ happycloud: [CLOUD, "~> 2.0"] }) + three });
    installPluginFile(at.plugins, { source: CLOUD, version: "1.0.0" });
    const { stdout } = await at.run("validate", "-only=happycloud.one", "t.pkr.hcl");
    expect(stdout).toContain("Version 1.0.0 is installed, which is not what the template asks for.");
  });

  it("is not used where it is not what is locked", async () => {
    const at = await place({}, { "t.pkr.hcl": requiring({ happycloud: [CLOUD, "~> 1.0"] }) + three });
    installPluginFile(at.plugins, { source: CLOUD, version: "1.0.0" });
    const sums = `binaries = { ${thisTarget} = "sha256:${"0".repeat(64)}" }`;
    writeFileSync(join(at.directory, ".packer.lock.hcl"), `plugin "${CLOUD}" {\n  version = "1.0.0"\n  ${sums}\n}\n`);
    const { stdout, code } = await at.run("validate", "-only=happycloud.one", "t.pkr.hcl");
    expect(code).toBe(1);
    expect(stdout.replace(/\s+/g, " ")).toContain(`${CLOUD} v1.0.0 is not what is locked`);
  });

  it("says that it cannot be used where it does not start", async () => {
    const at = await place({}, { "t.pkr.hcl": requiring({ happycloud: [CLOUD, "~> 1.0"] }) + three });
    installPluginFile(at.plugins, { source: CLOUD, version: "1.0.0" });
    const { stdout, code } = await at.run("validate", "-only=happycloud.one", "t.pkr.hcl");
    expect(code).toBe(1);
    expect(stdout).toContain("Unusable builder");
  });

  it("is missed where the user asks for it in the place of what is built in", async () => {
    const template = 'source "qemu" "q" {}\nbuild {\n  sources = ["qemu.q"]\n}\n';
    const at = await place({}, { "t.pkr.hcl": template });
    const { stdout } = await at.run("validate", "-plugin=qemu", "t.pkr.hcl");
    const flowing = stdout.replace(/\s+/g, " ");
    expect(flowing).toContain("The plugin for qemu is asked for in place of what is built in, and is not installed.");
    expect(flowing).toContain("imgbuild plugins install github.com/hashicorp/qemu");
  });

  it("is not guessed for a type that is only misspelt", async () => {
    const template = 'source "virtualbox-isoo" "v" {}\nbuild {\n  sources = ["virtualbox-isoo.v"]\n}\n';
    const at = await place({}, { "t.pkr.hcl": template });
    const { stdout } = await at.run("validate", "t.pkr.hcl");
    expect(stdout).toContain('Did you mean "virtualbox-iso"?');
  });
});
