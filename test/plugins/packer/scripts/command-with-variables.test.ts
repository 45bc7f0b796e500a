import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandWithVariables } from "../../../../src/plugins/packer/scripts/command-with-variables.ts";
import { temporaryDirectory } from "../../../helper/temporary-directory.ts";

const values = [
  "plain",
  "nginx redis",
  "it's",
  'say "hi"',
  "a;true",
  "a & true",
  "x # y",
  "a\\",
  'back\\"slash',
  "* ?",
  "(a)",
  "two\nlines",
  "",
  "' true '",
  `'"'"'`,
];

const commands = [
  "VARS PATH",
  "chmod +x PATH; env VARS sh PATH",
  "sh -c 'VARS PATH'",
  'sh -c "VARS PATH"',
  "sh -c 'sh -c \"VARS PATH\"'",
  "sh -c \"sh -c 'VARS PATH'\"",
  'sh -c "sh -c \\"VARS PATH\\""',
  "sh -c 'VARS sh '\"PATH\"",
  "echo 'password' | sh -c 'cat >/dev/null; VARS PATH'",
];

/** What the script at the end of a command sees of the variable. */
function seenBy(command: string, value: string): string {
  const directory = temporaryDirectory();
  const script = join(directory, "script");
  writeFileSync(script, "#!/bin/sh\nprintf 'seen:%s:end' \"$A\"\n");
  chmodSync(script, 0o755);
  const render = (vars: string) => command.replace("VARS", () => vars).replaceAll("PATH", script);
  const line = commandWithVariables(render, {
    pairs: [
      ["A", value],
      ["B", "b c"],
    ],
    format: "%s='%s' ",
  });
  return execFileSync("/bin/sh", ["-c", line], { encoding: "utf8" });
}

describe("the environment in a command of the user's own (M-03)", () => {
  describe.each(commands)("in %s", (command) => {
    it.each(values)("leaves the value %j whole, and the script runs", (value) => {
      expect(seenBy(command, value)).toBe(`seen:${value}:end`);
    });
  });

  it("leaves quoting of the user's own as it is", () => {
    const render = (vars: string) => `sh -c '${vars} x'`;
    const own = { pairs: [["A", "a b"]] as const, format: "%s='\\''%s'\\'' " };
    expect(commandWithVariables(render, own)).toBe("sh -c 'A='\\''a b'\\''  x'");
  });

  it("lets the machine's shell expand what Packer lets it expand", () => {
    const render = (vars: string) => `sh -c "${vars} x"`;
    const path = { pairs: [["PATH", "$PATH:/opt/bin"]] as const, format: "%s='%s' " };
    expect(commandWithVariables(render, path)).toBe(`sh -c "PATH='$PATH:/opt/bin'  x"`);
  });

  it("refuses what cannot be put right", () => {
    const bare = { pairs: [["A", "true true"]] as const, format: "%s=%s " };
    expect(() => commandWithVariables((vars) => `${vars}x`, bare)).toThrow("the script would not be run");
  });

  it("leaves a shell alone that is not Bourne's", () => {
    const bare = { pairs: [["A", "it is"]] as const, format: "set %s=%s && " };
    const render = (vars: string) => `${vars} don't`;
    expect(commandWithVariables(render, bare)).toBe("set A=it is &&  don't");
  });
});
