import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { provisioner as file } from "../../../../src/plugins/packer/provisioners/file/file.ts";
import { provisioner as reboot } from "../../../../src/plugins/packer/provisioners/reboot.ts";
import { provisioner as shell } from "../../../../src/plugins/packer/provisioners/shell/shell.ts";
import { provisioner as waitFor } from "../../../../src/plugins/packer/provisioners/wait-for/wait-for.ts";
import { provisioner as windowsRestart } from "../../../../src/plugins/packer/provisioners/windows-restart/windows-restart.ts";
import { provisioner as windowsShell } from "../../../../src/plugins/packer/provisioners/windows-shell/windows-shell.ts";
import { provisioner as windowsUpdate } from "../../../../src/plugins/windows-update/windows-update.ts";
import { issuesOf } from "../../../helper/decode-config.ts";
import { provisionWith } from "../../../helper/provision.ts";
import { createRecordingRun, type RecordingRun } from "../../../helper/recording-run.ts";
import { connectToWinrm, winrmServerForTest, type TestWinrmServer } from "../../../helper/winrm-server/for-test.ts";

async function guest(options: Parameters<typeof winrmServerForTest>[0] = {}) {
  const server = await winrmServerForTest(options);
  const run = await createRecordingRun();
  return { server, run, communicator: await connectToWinrm(run, server) };
}

/** A machine that restarts when it is told to; the uptimes of the tests are seconds, so it has been up for long. */
async function restartable(
  restart: (server: TestWinrmServer, times: number) => Promise<void>,
  answer?: () => undefined,
) {
  const made: { server?: TestWinrmServer } = {};
  let times = 0;
  const found = await guest({
    onShutdown: () => void setTimeout(() => void restart(made.server!, ++times), 20),
    ...(answer === undefined ? {} : { answer }),
  });
  made.server = found.server;
  return found;
}

const output = (run: RecordingRun) => run.events.flatMap((event) => (event.kind === "output" ? [event.text] : []));

describe("windows-shell", () => {
  it("runs the lines of inline as one batch file with the environment, and removes it", async () => {
    const { server, run, communicator } = await guest();
    const args = { inline: ["echo A is %A%", "exit 3"], environment_vars: ["A=b c"], valid_exit_codes: [3] };
    await provisionWith(windowsShell, args, run, communicator);
    expect(output(run)).toEqual(["A is b c"]);
    expect(server.commands.length).toBe(2);
    expect(server.commands.join()).not.toContain("b c");
    expect(await readdir(join(server.driveC, "windows/temp"))).toEqual([]);
  });

  it("puts the file where an execute_command that does not ask looks for it, as in Packer (M-03)", async () => {
    const { server, run, communicator } = await guest();
    const execute_command = "cmd /c C:/Windows/Temp/script.bat";
    await provisionWith(windowsShell, { inline: ["x"], execute_command, valid_exit_codes: [9009] }, run, communicator);
    expect(server.commands).toContain(execute_command);
    expect(server.commands.at(-1)).toBe('cmd /c del /f /q "C:\\Windows\\Temp\\script.bat"');
  });

  it("puts the environment before the file where execute_command says so", async () => {
    const { server, run, communicator } = await guest();
    const args = {
      inline: ["x"],
      env: { A: "b" },
      remote_path: "C:/s.bat",
      execute_command: '{{.Vars}}call "{{.Path}}"',
      valid_exit_codes: [9009],
    };
    await provisionWith(windowsShell, args, run, communicator);
    const wanted = 'set "A=b" && set "PACKER_BUILDER_TYPE=test" && set "PACKER_BUILD_NAME=example" && call "C:/s.bat"';
    expect(server.commands).toContain(wanted);
    expect(server.commands.at(-1)).toBe('cmd /c del /f /q "C:\\s.bat"');
  });
});

describe("windows-restart", () => {
  it("restarts the machine and waits until it is back", async () => {
    const { server, run, communicator } = await restartable((guest) => guest.restart(200));
    await provisionWith(windowsRestart, {}, run, communicator);
    expect(server.commands).toContain('shutdown /r /f /t 0 /c "imgbuild restart"');
    expect(run.said().join("\n")).toMatch(/Restarting the machine\n[^]*The machine is back after/);
  });

  it("waits for a machine that restarts twice", async () => {
    const { run, server, communicator } = await restartable(async (guest, times) => {
      await guest.restart(100);
      if (times === 1) setTimeout(() => void guest.restart(300), 1000);
    });
    await provisionWith(windowsRestart, {}, run, communicator);
    expect(server.uptime()).toBeGreaterThan(0);
  });

  it("gives up on a machine that does not restart", async () => {
    const { run, communicator } = await restartable(() => Promise.resolve());
    await expect(provisionWith(windowsRestart, { restart_timeout: "2s" }, run, communicator)).rejects.toMatchObject({
      message: "The machine was not usable again within 2 seconds: it did not restart",
      hint: expect.stringContaining("raise restart_timeout") as unknown,
    });
  });

  it("waits until the user's own check succeeds, and until nothing is pending in the registry", async () => {
    let asked = 0;
    const { run, communicator } = await restartable(
      (guest) => guest.restart(50),
      () => {
        asked++;
        return undefined;
      },
    );
    const args = { restart_check_command: "echo ready", check_registry: true, registry_keys: ["HKLM:a", "HKLM:b"] };
    await provisionWith(windowsRestart, args, run, communicator);
    expect(output(run)).toContain("ready");
    expect(asked).toBeGreaterThan(0);
  });

  it("names a restart_command that fails", async () => {
    const { run, communicator } = await guest();
    await expect(provisionWith(windowsRestart, { restart_command: "exit 5" }, run, communicator)).rejects.toThrow(
      "The command that restarts the machine ended with exit status 5",
    );
  });
});

describe("provisioners for any machine, on Windows", () => {
  it("reboot restarts it", async () => {
    const { run, server, communicator } = await restartable((guest) => guest.restart(100));
    await provisionWith(reboot, { test_command: "echo fine" }, run, communicator);
    expect(server.commands).toContain("echo fine");
  });

  it("wait-for waits for commands, for ports and for cloudbase-init", async () => {
    const { run, server, communicator } = await guest();
    await provisionWith(waitFor, { command: "echo x" }, run, communicator);
    await provisionWith(waitFor, { port: 80 }, run, communicator);
    await provisionWith(waitFor, { cloud_init: true }, run, communicator);
    expect(server.scripts.join("\n")).toMatch(/TcpClient[^]*cloudbase-init/);
    expect(run.said().join("\n")).toContain("cloudbase-init has finished");
  });

  it("file copies there and back, with wildcards", async () => {
    const { run, server, communicator } = await guest();
    await writeFile(join(run.directories.work, "a.txt"), "a");
    await provisionWith(file, { source: "a.txt", destination: "C:\\dir\\" }, run, communicator);
    await provisionWith(file, { content: "b", destination: "C:/dir/b.txt" }, run, communicator);
    await provisionWith(
      file,
      { direction: "download", source: "C:/dir/*.txt", destination: "back/" },
      run,
      communicator,
    );
    expect(await readFile(join(run.directories.work, "back/b.txt"), "utf8")).toBe("b");
    expect(await readFile(join(server.driveC, "dir/a.txt"), "utf8")).toBe("a");
    await expect(
      provisionWith(file, { direction: "download", source: "C:/dir/*.none", destination: "back/" }, run, communicator),
    ).rejects.toThrow('There is nothing named "C:/dir/*.none" in the machine');
    await expect(
      provisionWith(file, { content: "x", destination: "C:/x", become: true }, run, communicator),
    ).rejects.toThrow("become and owner do not work on Windows");
  });

  it("shell says what a Windows without sh needs, and runs the user's own command", async () => {
    const { run, server, communicator } = await guest();
    await expect(provisionWith(shell, { inline: ["ls"] }, run, communicator)).rejects.toThrow("has no sh");
    await provisionWith(
      shell,
      { inline: ["ls"], execute_command: "echo {{.Path}}", remote_path: "C:/x.sh" },
      run,
      communicator,
    );
    expect(server.commands).toContain("echo C:/x.sh");
  });
});

describe("windows-update", () => {
  it("installs, restarts and looks again until nothing is left", async () => {
    const codes = [101, 100, 0];
    const made: { server?: TestWinrmServer } = {};
    const found = await guest({
      onShutdown: () => void setTimeout(() => void made.server!.restart(50), 20),
      answer: (script) =>
        script.includes("Microsoft.Update.Session") ? { stdout: "update\r\n", code: codes.shift()! } : undefined,
    });
    made.server = found.server;
    const args = { filters: ["exclude:$_.Title -like '*Preview*'", "include:$true"], update_limit: 25 };
    await provisionWith(windowsUpdate, args, found.run, found.communicator);
    expect(found.server.tasks.map(({ user }) => user)).toEqual(["SYSTEM", "SYSTEM", "SYSTEM"]);
    expect(found.server.tasks[0]?.script).toContain("if($_.Title -like '*Preview*'){return $false}");
    expect(found.run.said().at(-1)).toBe("Windows is up to date");
  });

  it("gives up after update_max_retries", async () => {
    const { run, communicator } = await guest({ answer: () => ({ code: 1 }) });
    await expect(provisionWith(windowsUpdate, { update_max_retries: 1 }, run, communicator)).rejects.toThrow(
      "Windows Update ended with exit status 1",
    );
    expect(run.warnings().length).toBe(1);
  });

  it("knows a filter that is none", () => {
    expect(issuesOf(windowsUpdate.schema, { filters: ["$true"] })[0]?.detail).toContain('begins with "include:"');
  });
});
