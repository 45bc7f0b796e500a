import { spawnSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { imgbuildCommand } from "../helper/imgbuild.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

const [program, ...before] = imgbuildCommand;

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with these files, and `fmt` run in it. */
async function folderWith(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const directory = temporaryDirectory();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const fmt = (args: readonly string[], input = ""): Ran => {
    const { status, stdout, stderr } = spawnSync(program, [...before, "fmt", ...args], {
      cwd: directory,
      encoding: "utf8",
      env: { ...process.env, GITHUB_ACTIONS: "", ...env },
      input,
    });
    return { code: status, stdout, stderr };
  };
  const path = (name: string): string => join(directory, name);
  return { fmt, path, read: (name: string) => readFileSync(path(name), "utf8") };
}

const DIFF = "--- old/a.pkr.hcl\n+++ new/a.pkr.hcl\n@@ -1 +1 @@\n-a=1\n+a = 1\n";

describe("fmt", () => {
  it("annotates on GitHub Actions what -check finds, and files with mistakes", async () => {
    const files = { "a.pkr.hcl": "a=1\n", "b.pkr.hcl": "b = \n", "c.pkr.hcl": "c = 1\n" };
    const { fmt } = await folderWith(files, { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: "/elsewhere" });
    const { code, stdout, stderr } = fmt(["-check", "."]);
    expect([code, stdout]).toEqual([1, "a.pkr.hcl\n"]);
    const annotations = stderr.split("\n").filter((line) => line.startsWith("::"));
    expect(annotations).toEqual([
      expect.stringMatching(/^::error file=b\.pkr\.hcl,line=1,/),
      "::error file=a.pkr.hcl,title=Not in canonical style::To rewrite it:%0A    imgbuild fmt a.pkr.hcl",
    ]);
    expect(fmt(["a.pkr.hcl"])).toMatchObject({ code: 0, stderr: "" });
  });

  it("rewrites templates and variable files of a folder, and names those it changed", async () => {
    const { fmt, read } = await folderWith({
      "b.pkr.hcl": "b=1\n",
      "a.pkrvars.hcl": "a=1\n",
      "ok.pkr.hcl": "ok = 1\n",
      "x.hcl": "x=1\n",
      "x.pkr.json": "{}",
    });
    expect(fmt(["."])).toEqual({ code: 0, stdout: "a.pkrvars.hcl\nb.pkr.hcl\n", stderr: "" });
    expect([read("a.pkrvars.hcl"), read("b.pkr.hcl"), read("x.hcl")]).toEqual(["a = 1\n", "b = 1\n", "x=1\n"]);
    expect(fmt(["."])).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("skips hidden files and what editors leave behind, and folders unless -recursive", async () => {
    const { fmt } = await folderWith({
      ".a.pkr.hcl": "a=1\n",
      "a.pkr.hcl~": "a=1\n",
      "#a.pkr.hcl#": "a=1\n",
      "in/a.pkr.hcl": "a=1\n",
      ".git/a.pkr.hcl": "a=1\n",
    });
    expect(fmt(["-check", "."])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(fmt(["-check", "-recursive", "."])).toEqual({ code: 3, stdout: "in/a.pkr.hcl\n", stderr: "" });
  });

  it.each([["-check"], ["--check"], ["-check=true"], ["-check", "-write=true"]])(
    "with %s %s changes nothing and ends with 3",
    async (...flags) => {
      const { fmt, read } = await folderWith({ "a.pkr.hcl": "a=1\n" });
      expect(fmt([...flags, "a.pkr.hcl"])).toEqual({ code: 3, stdout: "a.pkr.hcl\n", stderr: "" });
      expect(read("a.pkr.hcl")).toBe("a=1\n");
    },
  );

  it("shows a diff with -diff, and writes unless -write=false", async () => {
    const { fmt, read } = await folderWith({ "a.pkr.hcl": "a=1\n" });
    expect(fmt(["-diff", "-write=false", "a.pkr.hcl"])).toEqual({ code: 0, stdout: `a.pkr.hcl\n${DIFF}`, stderr: "" });
    expect(read("a.pkr.hcl")).toBe("a=1\n");
    expect(fmt(["-diff", "a.pkr.hcl"]).stdout).toBe(`a.pkr.hcl\n${DIFF}`);
    expect(read("a.pkr.hcl")).toBe("a = 1\n");
  });

  it("takes several paths, each file once", async () => {
    const { fmt } = await folderWith({ "a.pkr.hcl": "a=1\n", "b.pkr.hcl": "b=1\n" });
    expect(fmt(["-check", "b.pkr.hcl", ".", "a.pkr.hcl"]).stdout).toBe("b.pkr.hcl\na.pkr.hcl\n");
  });

  it("formats standard input to standard output", async () => {
    const { fmt } = await folderWith({});
    expect(fmt(["-"], "a=1\n")).toEqual({ code: 0, stdout: "a = 1\n", stderr: "" });
    expect(fmt(["-"], "a = 1\n")).toEqual({ code: 0, stdout: "a = 1\n", stderr: "" });
    expect(fmt(["-check", "-"], "a=1\n")).toEqual({ code: 3, stdout: "", stderr: "" });
  });

  it("reports syntax errors of all files with their place, formats the others, and ends with 1", async () => {
    const { fmt, read } = await folderWith({
      "a.pkr.hcl": "a=1\n",
      "b.pkr.hcl": "b = [1 2]\n",
      "c.pkr.hcl": "c = 'x'\n",
    });
    const { code, stdout, stderr } = fmt(["."]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "a.pkr.hcl\n" });
    expect(stderr).toContain(
      "Error: Missing comma after this item\n\n  on b.pkr.hcl line 1:\n\n  1 | b = [1 2]\n    |       ^\n",
    );
    expect(stderr).toContain("on c.pkr.hcl line 1:");
    expect([read("a.pkr.hcl"), read("b.pkr.hcl")]).toEqual(["a = 1\n", "b = [1 2]\n"]);
  });

  it("keeps the mode of a file, and a link a link", async () => {
    const { fmt, path, read } = await folderWith({ "real.pkr.hcl": "a=1\n" });
    chmodSync(path("real.pkr.hcl"), 0o660);
    symlinkSync("real.pkr.hcl", path("link.pkr.hcl"));
    expect(fmt(["link.pkr.hcl"]).code).toBe(0);
    expect(read("real.pkr.hcl")).toBe("a = 1\n");
    expect(statSync(path("real.pkr.hcl")).mode & 0o777).toBe(0o660);
    expect(lstatSync(path("link.pkr.hcl")).isSymbolicLink()).toBe(true);
  });

  it("drops a byte order mark, and never touches text that is not UTF-8", async () => {
    const { fmt, path, read } = await folderWith({ "mark.pkr.hcl": "\ufeffa = 1\n" });
    expect(fmt(["mark.pkr.hcl"]).stdout).toBe("mark.pkr.hcl\n");
    expect(read("mark.pkr.hcl")).toBe("a = 1\n");
    const latin = Buffer.from("a=1 # caf\u00e9\n", "latin1");
    writeFileSync(path("latin.pkr.hcl"), latin);
    const { code, stderr } = fmt(["latin.pkr.hcl"]);
    expect(code).toBe(1);
    expect(stderr).toContain("Invalid UTF-8");
    expect(readFileSync(path("latin.pkr.hcl"))).toEqual(latin);
  });

  it.each([
    ["a path that does not exist", ["nowhere"], 'There is no file or folder "nowhere".'],
    ["a file that is no template in HCL", ["x.json"], "JSON files have no canonical style here."],
  ])("explains %s and ends with 1", async (_, args, text) => {
    const { fmt } = await folderWith({ "x.json": "{}" });
    const { code, stderr } = fmt(args);
    expect(code).toBe(1);
    expect(stderr.replaceAll(/\s+/g, " ")).toContain(text);
  });
});
