import { describe, expect, it } from "vitest";
import { failedStep } from "../../src/core/failed-step.ts";
import { loginCommand } from "../../src/core/provision/login-command.ts";
import { createPackerText } from "../../src/ui/packer-text.ts";

const text = 'build {\n  sources = ["null.n"]\n  provisioner "shell-local" {\n    name = "install"\n  }\n}\n';
const start = text.indexOf("provisioner");
const range = { file: { name: "t.pkr.hcl", text }, start, end: start + 25 };

describe("a failure while building has a place (V-10)", () => {
  const step = failedStep({ what: "shell-local provisioner", name: "install", range, number: 2, total: 3 });

  it("that tells file, line, block and which of how many", () => {
    expect(step).toEqual({
      what: "shell-local provisioner",
      name: "install",
      number: 2,
      total: 3,
      file: "t.pkr.hcl",
      line: 3,
      column: 3,
      endLine: 3,
      endColumn: 28,
      block: 'build > provisioner "shell-local" "install"',
      code: '  provisioner "shell-local" {',
    });
  });

  it("that is shown below the failure, with a command that shows it again", () => {
    const event = {
      kind: "error",
      build: "null.n",
      text: "It failed",
      step: { ...step, again: "imgbuild build -only=null.n t.pkr.hcl", logPath: "logs/null.n.log" },
    } as const;
    const lines = createPackerText().lines({ sequence: 1, time: 0, event });
    expect(lines.map(({ prefix, text }) => prefix + text)).toEqual([
      "==> null.n: It failed",
      '==> null.n: on t.pkr.hcl line 3, in build > provisioner "shell-local" "install" (shell-local provisioner, 2 of 3):',
      '==> null.n:     3 |   provisioner "shell-local" {',
      "==> null.n: To run it again:",
      "==> null.n:     imgbuild build -only=null.n t.pkr.hcl",
      "==> null.n: The log is logs/null.n.log",
    ]);
  });

  it("also where the template has none to show", () => {
    expect(failedStep({ what: "null builder", name: undefined, range: undefined })).toEqual({ what: "null builder" });
  });
});

describe("the way into a machine that is still there (M-15)", () => {
  it.each([
    [
      { ConnType: "ssh", Host: "127.0.0.1", Port: 2871, User: "vagrant", SSHPrivateKeyFile: "" },
      "ssh -p 2871 vagrant@127.0.0.1",
    ],
    [
      { ConnType: "ssh", Host: "10.0.0.1", Port: 22, User: "root", SSHPrivateKeyFile: "/a b/key" },
      "ssh -i '/a b/key' root@10.0.0.1",
    ],
    [{ ConnType: "ssh", Host: "h", Port: "22", User: "", SSHPrivateKeyFile: "" }, "ssh h"],
    [
      { ConnType: "winrm", Host: "127.0.0.1", Port: 5985, User: "vagrant" },
      'pwsh -NoExit -Command "Enter-PSSession -ComputerName 127.0.0.1 -Port 5985 -Authentication Negotiate -Credential vagrant"',
    ],
    [{ ConnType: "none", Host: "h" }, undefined],
    [{}, undefined],
  ])("%j: %s", (data, expected) => expect(loginCommand(data as never)).toBe(expected));
});
