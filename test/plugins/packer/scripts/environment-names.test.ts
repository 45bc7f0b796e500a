import { describe, expect, it } from "vitest";
import { schema as shellLocal } from "../../../../src/plugins/packer/local-script/options.ts";
import { schema as powershell } from "../../../../src/plugins/packer/provisioners/powershell/options.ts";
import { schema as windowsShell } from "../../../../src/plugins/packer/provisioners/windows-shell/options.ts";
import { schema as shell } from "../../../../src/plugins/packer/provisioners/shell/options.ts";
import { formatEnvironment, scriptEnvironment } from "../../../../src/plugins/packer/scripts/script-environment.ts";
import { issuesOf } from "../../../helper/decode-config.ts";
import { createRecordingRun } from "../../../helper/recording-run.ts";

const bad = ["H$(touch /tmp/x)", "A;touch /tmp/x", "A;id", "H`id`", "F G", "-x", "", "1A", "A.B", "A\nB", "A'", "Ä"];
const good = ["A", "_", "a1", "__proto__", "constructor", "HTTP_PROXY"];

describe("R-04: the name of an environment variable is never code", () => {
  const doors = {
    "shell, env": (name: string) => issuesOf(shell, { inline: ["true"], env: { [name]: "1" } }),
    "shell, environment_vars": (name: string) => issuesOf(shell, { inline: ["true"], environment_vars: [`${name}=1`] }),
    "powershell, env": (name: string) => issuesOf(powershell, { inline: ["x"], env: { [name]: "1" } }),
    "powershell, environment_vars": (name: string) =>
      issuesOf(powershell, { inline: ["x"], environment_vars: [`${name}=1`] }),
    "windows-shell, env": (name: string) => issuesOf(windowsShell, { inline: ["x"], env: { [name]: "1" } }),
    "windows-shell, environment_vars": (name: string) =>
      issuesOf(windowsShell, { inline: ["x"], environment_vars: [`${name}=1`] }),
    "shell-local, env": (name: string) => issuesOf(shellLocal, { inline: ["true"], env: { [name]: "1" } }),
    "shell-local, environment_vars": (name: string) =>
      issuesOf(shellLocal, { inline: ["true"], environment_vars: [`${name}=1`] }),
  };
  it.each(Object.entries(doors))("at %s", (_, issues) => {
    for (const name of bad)
      expect(
        issues(name).map(({ code }) => code),
        name,
      ).toEqual(["invalid-argument"]);
    for (const name of good) expect(issues(name), name).toEqual([]);
  });

  it.each(bad)("nor where it is known only during the build: %j", async (name) => {
    const run = await createRecordingRun();
    expect(() => formatEnvironment([[name, "1"]], "%s='%s' ")).toThrow("no name of an environment variable");
    expect(() => scriptEnvironment(run, {}, { environment_vars: [], env: { [name]: "1" } })).toThrow("no name");
  });

  it("and no name is lost, whatever every object has by that name", async () => {
    const run = await createRecordingRun();
    const env = Object.fromEntries(good.map((name) => [name, "1"]));
    const names = scriptEnvironment(run, {}, { environment_vars: [], env }).map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining(good));
  });
});
