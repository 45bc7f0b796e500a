import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { provisioner } from "../../../../src/plugins/packer/provisioners/powershell/powershell.ts";
import { issuesOf, configOf } from "../../../helper/decode-config.ts";
import { provisionWith } from "../../../helper/provision.ts";
import { createRecordingRun, type RecordingRun } from "../../../helper/recording-run.ts";
import {
  connectToWinrm,
  until,
  winrmServerForTest,
  type TestWinrmServer,
} from "../../../helper/winrm-server/for-test.ts";
import { firstCalls } from "../../../helper/winrm-server/trouble.ts";

async function guest(options: Parameters<typeof winrmServerForTest>[0] = {}) {
  const server = await winrmServerForTest(options);
  const run = await createRecordingRun();
  return { server, run, communicator: await connectToWinrm(run, server) };
}

const output = (run: RecordingRun) =>
  run.events.flatMap((event) => (event.kind === "output" ? [`${event.stream}: ${event.text}`] : []));

async function temporaryFiles({ driveC }: TestWinrmServer): Promise<readonly string[]> {
  return readdir(join(driveC, "windows/temp"));
}

describe("powershell", () => {
  it("brings a script, runs it and removes it, all by one command", async () => {
    const { server, run, communicator } = await guest();
    await provisionWith(provisioner, { inline: ["Write-Output 'hello'"] }, run, communicator);
    expect(output(run)).toEqual(["stdout: hello"]);
    expect(server.commands.length).toBe(2);
    expect(await temporaryFiles(server)).toEqual([]);
  });

  it("keeps the environment out of command lines and of the text that PowerShell may log", async () => {
    const { server, run, communicator } = await guest();
    const args = {
      inline: ['Write-Output "$env:WHO has $env:SECRET on $env:PACKER_BUILD_NAME"'],
      environment_vars: ["SECRET={{.WinRMPassword}}", "WHO=nobody"],
      env: { WHO: "user" },
    };
    await provisionWith(provisioner, args, run, communicator, { WinRMPassword: "geheim'\"$x" });
    expect(output(run)).toEqual(["stdout: user has geheim'\"$x on example"]);
    expect([...server.commands, ...server.scripts].join("\n")).not.toContain("geheim");
  });

  it.each([
    ["exit 3", [0], /^The inline script ended with exit status 3 after/],
    ["exit 3", [0, 3], undefined],
    ["exit 0", [5], /exit status 0/],
  ])("%s with valid_exit_codes %j", async (line, valid_exit_codes, message) => {
    const { run, communicator } = await guest();
    const done = provisionWith(provisioner, { inline: [line], valid_exit_codes }, run, communicator);
    if (message === undefined) await done;
    else await expect(done).rejects.toThrow(message);
  });

  it("runs files in their order, byte for byte, from a directory too", async () => {
    const { server, run, communicator } = await guest();
    const { work } = run.directories;
    await mkdir(join(work, "scripts"));
    await writeFile(join(work, "scripts/a.ps1"), "Write-Output 'a'\r\n");
    await writeFile(join(work, "b.ps1"), "\ufeffWrite-Output 'b'");
    const args = { scripts: ["scripts/a.ps1", "b.ps1"], remote_path: "C:/kept/", skip_clean: true };
    await provisionWith(provisioner, args, run, communicator);
    expect(output(run)[0]).toBe("stdout: a");
    expect((await readdir(join(server.driveC, "kept"))).sort()).toEqual(["a.ps1", "b.ps1"]);
  });

  it("chooses program, policy and trace as it is told", async () => {
    const { server, run, communicator } = await guest();
    await provisionWith(
      provisioner,
      { inline: ["exit 0"], use_pwsh: true, execution_policy: "none" },
      run,
      communicator,
    );
    await provisionWith(
      provisioner,
      { inline: ["exit 0"], execution_policy: "remotesigned", debug_mode: 1 },
      run,
      communicator,
    );
    const [, first, second] = server.commands;
    expect(first).toMatch(/^pwsh -NoProfile -NonInteractive -OutputFormat Text -EncodedCommand/);
    expect(second).toMatch(/^powershell .* -ExecutionPolicy remotesigned -EncodedCommand/);
  });

  it("runs an execute_command of the user's own over files, as Packer does, and removes them", async () => {
    const { server, run, communicator } = await guest();
    const args = {
      inline: ['Write-Output "it is $env:X"'],
      environment_vars: ["X=a$b"],
      remote_path: "C:/s.ps1",
      remote_env_var_path: "C:/e.ps1",
      execute_command: `powershell -executionpolicy bypass "& { . {{.Vars}}; &'{{.Path}}'; exit $LastExitCode }"`,
    };
    await provisionWith(provisioner, args, run, communicator);
    expect(server.commands).toContain(
      `powershell -executionpolicy bypass "& { . C:/e.ps1; &'C:/s.ps1'; exit $LastExitCode }"`,
    );
    expect(server.commands.at(-1)).toContain(
      "Remove-Item -Force -ErrorAction SilentlyContinue -LiteralPath 'C:/s.ps1','C:/e.ps1'",
    );
  });

  it("writes the environment as PowerShell where a format is asked for", async () => {
    const { server, run, communicator } = await guest();
    const args = { inline: ["exit 0"], environment_vars: ['A=say "x"'], env_var_format: '$global:%s="%s"\n' };
    await provisionWith(provisioner, args, run, communicator);
    expect(server.scripts.some((script) => script.includes('$global:A="say `"x`""'))).toBe(true);
  });

  it("runs elevated scripts by a task of that user, whose password nobody sees", async () => {
    const { server, run, communicator } = await guest();
    const args = {
      inline: ['Write-Output "as $env:ROLE"', "exit 4"],
      environment_vars: ["ROLE=admin"],
      elevated_user: "Administrator",
      elevated_password: "{{.WinRMPassword}}",
      valid_exit_codes: [4],
    };
    await provisionWith(provisioner, args, run, communicator, { WinRMPassword: "tops3cret" });
    const [task] = server.tasks;
    expect(task).toMatchObject({ user: "Administrator", password: "tops3cret" });
    expect(task?.command).toMatch(
      /^powershell -NoProfile -NonInteractive -ExecutionPolicy bypass -File "C:\/Windows\/Temp\/imgbuild-\w+\/run.ps1"$/,
    );
    expect(output(run)).toEqual(["stdout: as admin"]);
    expect(run.secrets).toContain("tops3cret");
    expect([...server.commands, ...server.scripts].join("\n")).not.toMatch(/tops3cret|ROLE=|admin'/);
  });

  it("removes what is left when the run is cancelled", async () => {
    const { server, run, communicator } = await guest({ answer: () => undefined });
    const first = firstCalls(1, "Receive");
    server.trouble.delayMs = (action) => (first(action) ? 5000 : undefined);
    const done = provisionWith(provisioner, { inline: ["exit 0"] }, run, communicator);
    done.catch(() => {});
    await until(() => server.commands.length === 2);
    run.cancel(new Error("enough"));
    await expect(done).rejects.toThrow("enough");
    expect(server.commands.at(-1)).toContain("Remove-Item");
  });

  it("starts anew when the connection is lost before the script began", async () => {
    const { server, run, communicator } = await guest();
    server.trouble.reset = firstCalls(1, "Send");
    await provisionWith(provisioner, { inline: ["Write-Output 'once'"] }, run, communicator);
    expect(output(run)).toEqual(["stdout: once"]);
    expect(run.warnings().join()).toContain("Trying again");
  });

  it("says how a script that loses the connection can be allowed to", async () => {
    const { server, run, communicator } = await guest();
    server.trouble.cut = firstCalls(1, "Receive");
    const lost = provisionWith(provisioner, { inline: ["exit 0"] }, run, communicator);
    await expect(lost).rejects.toMatchObject({ hint: expect.stringContaining("windows-restart") as unknown });
    server.trouble.cut = firstCalls(1, "Receive");
    await provisionWith(provisioner, { inline: ["exit 0"], valid_exit_codes: [2300218] }, run, communicator);
  });

  it("knows wrong arguments", () => {
    const details = (args: Record<string, unknown>) => issuesOf(provisioner.schema, args).map(({ detail }) => detail);
    expect(details({})).toEqual(['One of "inline", "script", "scripts" must be set.']);
    expect(details({ inline: ["x"], script: "y" })[0]).toContain("Only one of");
    expect(details({ inline: ["x"], elevated_password: "p" })[0]).toContain('needs "elevated_user"');
    expect(details({ inline: ["x"], environment_vars: ["oops"] })[0]).toContain("NAME=value");
    expect(details({ inline: ["x"], execution_policy: "never" })[0]).toContain("bypass");
    expect(details({ inline: ["x"], debug_mode: 3 }).length).toBe(1);
    expect(configOf(provisioner.schema, { inline: ["x"] })).toMatchObject({
      execution_policy: "bypass",
      start_retry_timeout: 300_000,
      valid_exit_codes: [0],
      skip_clean: false,
      use_pwsh: false,
    });
  });
});
