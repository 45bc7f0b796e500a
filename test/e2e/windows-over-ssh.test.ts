import { describe, expect } from "vitest";
import { provisioner as powershell } from "../../src/plugins/packer/provisioners/powershell/powershell.ts";
import { provisioner as shell } from "../../src/plugins/packer/provisioners/shell/shell.ts";
import { provisioner as waitFor } from "../../src/plugins/packer/provisioners/wait-for/wait-for.ts";
import { provisioner as windowsRestart } from "../../src/plugins/packer/provisioners/windows-restart/windows-restart.ts";
import { provisioner as windowsShell } from "../../src/plugins/packer/provisioners/windows-shell/windows-shell.ts";
import { connect } from "../../src/steps/connect.ts";
import { communicatorConfig } from "../helper/guest-connection.ts";
import { needs } from "../helper/need.ts";
import { provisionWith } from "../helper/provision.ts";
import { createRecordingRun, type RecordingRun } from "../helper/recording-run.ts";
import { windowsSshServer, type WindowsSshOptions } from "../helper/windows-ssh-server.ts";
import { winePrefix } from "../helper/winrm-server/wine.ts";

/** Windows with OpenSSH, whose default shell is cmd.exe: wine's stands for it. */

const it = needs("wine", "wine");

async function guest(options: Partial<WindowsSshOptions> = {}) {
  const server = await windowsSshServer({ prefix: winePrefix(), ...options });
  const run = await createRecordingRun();
  const config = communicatorConfig({ ssh_username: server.username, ssh_password: server.password });
  const communicator = await connect(run, { config, host: server.host, port: server.port });
  return { server, run, communicator };
}

const output = (run: RecordingRun) => run.events.flatMap((event) => (event.kind === "output" ? [event.text] : []));

describe("Windows over SSH", () => {
  it("is known by the shell that answers", async () => {
    const { communicator } = await guest();
    expect(communicator.shell).toBe("cmd");
  });

  it("runs batch files and PowerShell, with secrets in the environment", async () => {
    const { server, run, communicator } = await guest();
    const environment_vars = ['WHO=Jane & "Co"'];
    const batch = { inline: ["@echo off", "echo it is %OS%", "exit /b 4"], environment_vars, valid_exit_codes: [4] };
    await provisionWith(windowsShell, batch, run, communicator);
    await provisionWith(powershell, { inline: ['Write-Output "$env:WHO"'], environment_vars }, run, communicator);
    expect(output(run)).toEqual(["it is Windows_NT", 'Jane & "Co"']);
    expect(server.commands.join("\n")).not.toContain("Jane");
    expect(Math.max(...server.commands.map(({ length }) => length))).toBeLessThan(8191);
  });

  it("restarts", async () => {
    const { run, communicator } = await guest({ restarts: true });
    await provisionWith(windowsRestart, { restart_check_command: "echo up again" }, run, communicator);
    expect(output(run)).toContain("up again");
  });

  it("waits for commands, and says what shell scripts need", async () => {
    const { run, communicator } = await guest();
    await provisionWith(waitFor, { command: "ver" }, run, communicator);
    await expect(provisionWith(shell, { inline: ["ls"] }, run, communicator)).rejects.toThrow("has no sh");
  });
});
