import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, afterAll, describe, expect, it } from "vitest";
import { valueToJson } from "../../src/language/to-json.ts";
import { loadForTest } from "../helper/load-for-test.ts";

const template = `
  locals {
    root     = path.root
    cwd      = path.cwd
    absolute = abspath(path.root)
    file     = file("\${path.root}/a.txt")
    beside   = file("a.txt")
    rendered = templatefile("\${path.root}/a.tpl", { x = path.root })
    set      = join(",", fileset(path.root, "*.txt"))
    base64   = filebase64("\${path.root}/a.txt")
    exists   = [fileexists("\${path.root}/a.txt"), fileexists("a.txt")]
  }
  source "machine" "m" {}
  build { sources = ["machine.m"] }`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "path-root-"));
  mkdirSync(join(folder, "sub/deep"), { recursive: true });
  symlinkSync("sub", join(folder, "link"));
  writeFileSync(join(folder, "sub/t.pkr.hcl"), template);
  writeFileSync(join(folder, "sub/a.txt"), "A");
  writeFileSync(join(folder, "sub/a.tpl"), "<${x}>");
});
afterAll(() => rmSync(folder, { recursive: true }));

async function localsOf(path: string, cwd: string) {
  const loaded = await loadForTest(path, cwd);
  expect(loaded.diagnostics).toEqual([]);
  return Object.fromEntries(
    loaded.template!.locals.map(({ name, value }) => [name, JSON.parse(valueToJson(value)) as unknown]),
  );
}

/** As Packer 1.16 prints it for the same paths. */
const roots: readonly (readonly [cwd: string, path: string, root: string])[] = [
  ["", "sub", "sub"],
  ["", "./sub", "./sub"],
  ["", "sub/", "sub/"],
  ["", "sub/t.pkr.hcl", "sub"],
  ["", "./sub/t.pkr.hcl", "sub"],
  ["", "sub/../sub", "sub/../sub"],
  ["", "sub/deep/../t.pkr.hcl", "sub"],
  ["", "link", "link"],
  ["", "link/t.pkr.hcl", "link"],
  ["sub", ".", "."],
  ["sub", "./", "./"],
  ["sub", "t.pkr.hcl", "."],
  ["sub", "./t.pkr.hcl", "."],
  ["sub", "../sub", "../sub"],
  ["sub/deep", "..", ".."],
  ["sub/deep", "../t.pkr.hcl", ".."],
];

describe("path.root (T-05)", () => {
  it.each(roots)("in %j of %s is %s, and files are found by it", async (from, path, root) => {
    const cwd = join(folder, from);
    expect(await localsOf(path, cwd)).toMatchObject({
      root,
      cwd,
      absolute: join(cwd, root).replace(/\/$/, ""),
      file: "A",
      beside: "A",
      rendered: `<${root}>`,
      // ".." is a directory from the template too, and that one is meant, as in Packer.
      set: root === ".." ? "" : "a.txt",
      base64: "QQ==",
      exists: [true, true],
    });
  });

  it("is absolute where the template is given so", async () => {
    const path = join(folder, "sub");
    expect(await localsOf(path, "/")).toMatchObject({ root: path, cwd: "/", file: "A", exists: [true, true] });
  });

  it("does not hide what lies at the same path from the template", async () => {
    mkdirSync(join(folder, "sub/sub"), { recursive: true });
    writeFileSync(join(folder, "sub/sub/a.txt"), "B");
    const locals = await localsOf("sub", folder);
    rmSync(join(folder, "sub/sub"), { recursive: true });
    expect(locals["file"]).toBe("B");
  });

  it("of a JSON template's {{template_dir}} is absolute, as in Packer", async () => {
    const text = JSON.stringify({ builders: [{ type: "machine", image: "{{template_dir}}" }] });
    writeFileSync(join(folder, "sub/t.json"), text);
    const { template: loaded } = await loadForTest("./sub/t.json", folder);
    expect(loaded!.builds[0]!.builder.decode().config).toMatchObject({ image: join(folder, "sub") });
  });
});
