import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const imgbuild = resolve("dist/imgbuild.js");
const folder = mkdtempSync(join(tmpdir(), "imgbuild-console-"));
afterAll(() => rmSync(folder, { recursive: true }));

writeFileSync(
  join(folder, "web.pkr.hcl"),
  `variable "region" {
  default = "eu"
}
variable "password" {
  default   = "hunter2"
  sensitive = true
}
locals {
  tags = { region = upper(var.region) }
}
source "null" "web" {
  communicator = "none"
}
build {
  sources = ["source.null.web"]
}
`,
);

function runConsole(input: string, ...args: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [imgbuild, "console", ...args], {
    cwd: folder,
    input,
    encoding: "utf8",
  });
  return { stdout, stderr, status };
}

describe("imgbuild console with piped input", () => {
  it("prints the value of every line", () => {
    const { stdout, stderr, status } = runConsole('1 + 1\nupper("a")\n[1, "b"]\n');
    expect({ stdout, stderr, status }).toEqual({ stdout: '2\nA\n[\n  1,\n  "b",\n]\n', stderr: "", status: 0 });
  });

  it("knows the names of the template and masks secrets", () => {
    const { stdout, status } = runConsole(
      'local.tags\nvar.password\n"x${var.password}"\nlength(var.password)\n',
      "web.pkr.hcl",
    );
    expect(stdout).toBe('{\n  "region" = "EU"\n}\n<sensitive>\n<sensitive>\n<sensitive>\n');
    expect(status).toBe(0);
  });

  it("takes -var as the other commands do", () => {
    expect(runConsole("var.region\n", "-var", "region=us", "web.pkr.hcl").stdout).toBe("us\n");
  });

  it("goes on after a mistake, shows it on standard error, and exits with 1", () => {
    const { stdout, stderr, status } = runConsole("uppr(1)\n2\n1 / 0\n");
    expect(stdout).toBe("2\n");
    expect(stderr).toContain('Did you mean "upper"?');
    expect(stderr).toContain("Division by zero");
    expect(status).toBe(1);
  });

  it("reads expressions over several lines, and says so when one is never finished", () => {
    expect(runConsole("[\n1,\n2\n]\n<<EOT\na\nEOT\n# comment\n\n{\n}\n").stdout).toBe("[\n  1,\n  2,\n]\na\n\n{}\n");
    const { stdout, stderr, status } = runConsole("1\n[2,\n");
    expect({ stdout, status }).toEqual({ stdout: "1\n", status: 1 });
    expect(stderr).toContain("Missing closing bracket");
  });

  it("answers help and variables, and stops at exit", () => {
    const { stdout } = runConsole("help chomp\nvariables\nexit\n1\n", "web.pkr.hcl");
    expect(stdout).toContain("chomp(string) → string");
    expect(stdout).toContain('var.region: "eu"');
    expect(stdout).toContain("var.password: <sensitive>");
    expect(stdout).not.toMatch(/^1$/m);
  });

  it("shows what is wrong with the template and exits with 1", () => {
    writeFileSync(join(folder, "broken.pkr.hcl"), "locals {\n  a = nope(1)\n}\n");
    const { stderr, status } = runConsole("1\n", "broken.pkr.hcl");
    expect(stderr).toContain("nope");
    expect(status).toBe(1);
  });
});
