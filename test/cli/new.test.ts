import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeFolder } from "../../src/cli/commands/new/write-folder.ts";
import { CHOICES, type Choice } from "../../src/cli/commands/new/recipes.ts";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { ERRNO_NAMES } from "../helper/raw-errors.ts";
import { startAtTerminal } from "../helper/terminal.ts";

const nameOf = ({ platform, system, purpose }: Choice): string => `${platform}-${system}-${purpose}`;
const flagsFor = ({ platform, system, purpose }: Choice): readonly string[] => [
  `-platform=${platform}`,
  `-system=${system}`,
  `-purpose=${purpose}`,
];
const read = ({ directory }: Workplace, ...path: readonly string[]): string =>
  readFileSync(join(directory, ...path), "utf8");

describe("imgbuild new", () => {
  const needNoPlugin = CHOICES.filter(({ recipe }) => recipe.needsInit !== true);

  it.each(needNoPlugin.map((choice) => [nameOf(choice), choice] as const))(
    "%s: the template is valid and formatted, without a warning, with its example values too",
    async (name, choice) => {
      const place = await createWorkplace();
      expect(await place.run("new", ...flagsFor(choice), name)).toMatchObject({ code: 0, stderr: "" });
      expect(await place.run("fmt", "-check", name)).toMatchObject({ code: 0, stdout: "" });
      const validate = ["validate", "-warnings-as-errors", `-var-file=${name}/example.pkrvars.hcl`, name];
      const { code, stdout, stderr } = await place.run(...validate);
      expect({ code, said: stdout + stderr }).toEqual({ code: 0, said: "The configuration is valid.\n" });
    },
  );

  it.each(CHOICES.filter(({ recipe }) => recipe.needsInit).map((choice) => [nameOf(choice), choice] as const))(
    "%s: the template is formatted, and its plugin is all that it lacks",
    async (name, choice) => {
      const place = await createWorkplace({ PACKER_PLUGIN_PATH: "plugins" });
      const written = await place.run("new", ...flagsFor(choice), name);
      expect(written.stdout).toContain(`    imgbuild init ${name} && imgbuild build ${name}\n`);
      expect(await place.run("fmt", "-check", name)).toMatchObject({ code: 0, stdout: "" });
      const { code, stdout, stderr } = await place.run("validate", name);
      expect(code).toBe(1);
      expect((stdout + stderr).match(/^Error: .*/gm)).toEqual(["Error: Missing plugin"]);
      expect(stdout + stderr).toContain(`imgbuild init ${name}`);
    },
  );

  it("leaves nothing where a file cannot be written whole", async () => {
    const { directory } = await createWorkplace();
    const folder = join(directory, "new/web");
    const files = { "template.pkr.hcl": "# whole", "scripts/provision.sh": Symbol("unwritable") as unknown as string };
    await expect(writeFolder(folder, { files, cwd: directory })).rejects.toThrow("new/web could not be written");
    expect(existsSync(join(directory, "new"))).toBe(false);
  });

  it("writes a README, example values, what git ignores, and scripts that can be run", async () => {
    const place = await createWorkplace();
    const { code, stdout } = await place.run("new", "-yes", "web");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Written to web: .*\n {4}imgbuild build web\n$/);
    expect(readdirSync(join(place.directory, "web"), { recursive: true }).toSorted()).toEqual([
      ".gitignore",
      "README.md",
      "build.auto.pkrvars.hcl",
      "example.pkrvars.hcl",
      "scripts",
      "scripts/clean-up.sh",
      "scripts/provision.sh",
      "scripts/seal.sh",
      "template.pkr.hcl",
    ]);
    const lines = read(place, "web", "README.md").split("\n").filter(Boolean);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe("# web");
    expect(statSync(join(place.directory, "web/scripts/provision.sh")).mode & 0o111).not.toBe(0);
    expect(read(place, "web", ".gitignore")).toContain("/output/\n/*.box\n/*.sha256\n/*.auto.pkrvars.hcl\n");
    // The password stays the same, so that builds can go on from checkpoints.
    expect(read(place, "web", "build.auto.pkrvars.hcl")).toMatch(/^build_password = "[0-9a-f-]{36}"$/m);
    expect(statSync(join(place.directory, "web/build.auto.pkrvars.hcl")).mode & 0o777).toBe(0o600);
  });

  it("a name may hold anything that a line can", async () => {
    const place = await createWorkplace();
    const name = `Bob's "Wéb" \${var.x} %{ if y } \\ *b* #`;
    expect(await place.run("new", "-yes", `-name=${name}`, "a b")).toMatchObject({ code: 0 });
    expect(await place.run("fmt", "-check", "a b")).toMatchObject({ code: 0, stdout: "" });
    expect(await place.run("validate", "a b")).toMatchObject({ code: 0 });
    expect(read(place, "a b", "template.pkr.hcl")).toContain(
      `description = "Bob's \\"Wéb\\" $\${var.x} %%{ if y } \\\\ *b* #"\n`,
    );
    expect(read(place, "a b", "template.pkr.hcl")).toContain('default     = "bob-s-web-var-x-if-y-b"');
    expect(read(place, "a b", "README.md")).toContain(`# Bob's "Wéb" $\\{var.x\\} %\\{ if y \\} \\\\ \\*b\\* \\#\n`);
  });

  it("is told the folder by -dir, too, and says how it is typed to a shell", async () => {
    const place = await createWorkplace();
    const { stdout } = await place.run("new", "-yes", "-dir=my images/one");
    expect(stdout).toContain("    imgbuild build 'my images/one'\n");
    expect(read(place, "my images/one/README.md")).toMatch(/^# one\n/);
    mkdirSync(join(place.directory, "empty"));
    expect(await place.runIn("empty", "new", "-yes", ".")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("    imgbuild build .\n") as string,
    });
  });

  it.each<[string, (folder: string) => void, string]>([
    ["a file of that name", (folder) => writeFileSync(join(folder, "README.md"), "mine"), "README.md"],
    ["a link that leads nowhere", (folder) => symlinkSync("nowhere", join(folder, ".gitignore")), ".gitignore"],
    ["another template", (folder) => writeFileSync(join(folder, "old.pkr.hcl"), ""), "old.pkr.hcl"],
  ])("replaces nothing: %s", async (_, prepare, named) => {
    const place = await createWorkplace();
    const folder = join(place.directory, "web");
    mkdirSync(folder);
    prepare(folder);
    const before = readdirSync(folder);
    const { code, stderr } = await place.run("new", "-yes", "web");
    expect(code).toBe(1);
    expect(stderr).toContain(`web holds a template, or files that would be replaced: ${named}.`);
    expect(stderr).toContain("    imgbuild new -dir web-2\n");
    expect(readdirSync(folder)).toEqual(before);
  });

  it("leaves nothing behind where it cannot write all", async () => {
    const place = await createWorkplace();
    mkdirSync(join(place.directory, "web"));
    writeFileSync(join(place.directory, "web/scripts"), "a file where a folder is needed");
    const { code, stderr } = await place.run("new", "-yes", "web");
    expect(code).toBe(1);
    expect(stderr).not.toMatch(ERRNO_NAMES);
    expect(readdirSync(join(place.directory, "web"))).toEqual(["scripts"]);
  });

  it("takes back the folders it has made", async () => {
    const place = await createWorkplace();
    writeFileSync(join(place.directory, "file"), "");
    const { code, stderr } = await place.run("new", "-yes", "file/web");
    expect([code, stderr]).toEqual([1, expect.stringContaining("is a file; a directory is needed there")]);
    expect(existsSync(join(place.directory, "web"))).toBe(false);
  });

  it.each<[readonly string[], string]>([
    [["-platform=qmeu"], "Did you mean qemu?"],
    [["-system=debian"], "Did you mean debian-13?"],
    [
      [],
      "-platform is missing, and there is no terminal to ask at: qemu, virtualbox, amazon, docker. With -yes it is qemu.",
    ],
    [["-platform=qemu"], "-system is missing"],
    [["-platform=qemu", "-system=debian-13"], "-purpose is missing"],
    [["-platform=docker", "-system=windows-server-2022"], "-platform=docker -system=windows-server-2022 is nothing"],
    [["-yes", "-name=€"], '"€" holds no letter (a to z) and no digit'],
    [["-yes", "-name=a\nb"], "-name is one line of text"],
    [["-yes", "-dir=a", "b"], "The folder is given twice"],
  ])("%j: %s", async (args, message) => {
    const place = await createWorkplace();
    const { code, stderr } = await place.run("new", ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(readdirSync(place.directory)).toEqual([]);
  });

  it("lists what there is", async () => {
    const { code, stdout } = await (await createWorkplace()).run("new", "-list");
    expect(code).toBe(0);
    const [, ...rows] = stdout.trimEnd().split("\n");
    expect(rows.map((row) => row.split(/ +/).slice(0, 3).join("-"))).toEqual(CHOICES.map(nameOf));
  });

  needs("script", "bsdutils")("asks at a terminal what was not given, and again where the answer is none", async () => {
    const place = await createWorkplace();
    const terminal = startAtTerminal(place, "new", "-purpose=box");
    await terminal.until("Where is it to run?");
    await terminal.until("Number or name [qemu]");
    terminal.type("virtalbox\r");
    await terminal.until('Did you mean "virtualbox"?');
    terminal.type("2\r");
    await terminal.until("Which system?");
    terminal.type("Debian-12\r");
    await terminal.until("What is it called? [debian-12]");
    terminal.type("My box\r");
    await terminal.until("imgbuild build my-box");
    expect(await terminal.finished).toEqual({ code: 0 });
    expect(read(place, "my-box", "template.pkr.hcl")).toContain('source "virtualbox-iso" "box"');
  });

  needs("script", "bsdutils")("writes nothing where the questions are cut short", async () => {
    const place = await createWorkplace();
    const terminal = startAtTerminal(place, "new");
    await terminal.until("Number or name [qemu]");
    terminal.type("\u0003");
    expect(await terminal.finished).toEqual({ code: 130 });
    expect(readdirSync(place.directory)).toEqual([]);
  });
});
