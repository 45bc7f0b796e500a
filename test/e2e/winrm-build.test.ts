import { randomBytes } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished } from "vitest";
import { askGuest } from "../../src/steps/guest-command.ts";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";
import { findProgram, needs } from "../helper/need.ts";
import { createRecordingRun } from "../helper/recording-run.ts";
import { createTcpProxy } from "../helper/tcp-proxy.ts";
import { selfSigned } from "../helper/winrm-server/certificate.ts";
import {
  connectToWinrm,
  winrmArguments,
  winrmServerForTest,
  type TestWinrmServer,
} from "../helper/winrm-server/for-test.ts";
import { firstCalls } from "../helper/winrm-server/trouble.ts";
import { winePrefix } from "../helper/winrm-server/wine.ts";

/**
 * The built command and Packer's template language against the test server, whose cmd.exe is wine's. (It prints no UTF-8, as
 * Windows' does: so what is written by batch files here is ASCII.)
 */

const it = needs("wine", "wine");

interface Guest {
  readonly server: TestWinrmServer;
  /** A directory of this test on drive C, and where it is here. */
  readonly here: string;
  readonly there: string;
}

async function windows(options: Parameters<typeof winrmServerForTest>[0] = {}): Promise<Guest> {
  const prefix = winePrefix();
  const name = `imgbuild-test-${randomBytes(6).toString("hex")}`;
  const here = join(prefix, "drive_c", name);
  await mkdir(here);
  onTestFinished(() => rm(here, { recursive: true, force: true }));
  const made: { server?: TestWinrmServer } = {};
  const onShutdown = () => void setTimeout(() => void made.server!.restart(500), 50);
  const server = await winrmServerForTest({
    driveC: join(prefix, "drive_c"),
    winePrefix: prefix,
    onShutdown,
    password: "Pa55 word",
    ...options,
  });
  made.server = server;
  return { server, here, there: `C:/${name}` };
}

function hcl(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `  ${name} = ${JSON.stringify(value)}`)
    .join("\n");
}

async function template(place: Workplace, { server, there }: Guest, more: Readonly<Record<string, unknown>> = {}) {
  await mkdir(join(place.directory, "tree/sub"), { recursive: true });
  await writeFile(join(place.directory, "tree/a.txt"), "a");
  await writeFile(join(place.directory, "tree/sub/b.txt"), "b");
  await writeFile(join(place.directory, "data.bin"), randomBytes(300_000));
  await writeFile(
    join(place.directory, "t.pkr.hcl"),
    `source "null" "w" {
${hcl({ ...winrmArguments(server), ...more })}
}
build {
  sources = ["null.w"]
  provisioner "file" {
    source      = "data.bin"
    destination = "${there}/data.bin"
  }
  provisioner "file" {
    source      = "tree"
    destination = "${there}/"
  }
  provisioner "windows-shell" {
    inline           = ["@echo off", "echo %WHO% in %CD%", "type \\"${there.replaceAll("/", "\\\\\\\\")}\\\\\\\\tree\\\\\\\\sub\\\\\\\\b.txt\\"", "echo.", "exit /b 3"]
    environment_vars = ["WHO=Jane \${build.WinRMPassword}"]
    valid_exit_codes = [3]
  }
  provisioner "powershell" {
    inline = ["Write-Output 'from PowerShell'"]
  }
  provisioner "windows-restart" {
    restart_timeout = "1m"
  }
  provisioner "file" {
    direction   = "download"
    source      = "${there}/"
    destination = "back"
  }
}
`,
  );
}

async function expectBuilt(place: Workplace, guest: Guest, more: Readonly<Record<string, unknown>> = {}) {
  await template(place, guest, more);
  const temporary = join(guest.server.driveC, "windows/temp");
  const before = await readdir(temporary);
  const { code, stdout, stderr } = await place.run("build", "t.pkr.hcl");
  expect(`${stdout}${stderr}`).toContain("from PowerShell");
  expect(code).toBe(0);
  expect(stdout).toMatch(/Jane <sensitive> in /);
  expect(stdout).toContain("The machine is back after");
  const original = await readFile(join(place.directory, "data.bin"));
  expect(original.equals(await readFile(join(place.directory, "back/data.bin")))).toBe(true);
  expect(await readFile(join(place.directory, "back/tree/sub/b.txt"), "utf8")).toBe("b");
  expect(`${stdout}${stderr}`).not.toContain(guest.server.password);
  expect(guest.server.commands.join("\n")).not.toContain(guest.server.password);
  expect(guest.server.scripts.join("\n")).not.toContain(guest.server.password);
  expect((await readdir(guest.here)).sort()).toEqual(["data.bin", "tree"]);
  expect((await readdir(temporary)).filter((name) => !before.includes(name))).toEqual([]);
}

describe("a null build over WinRM", () => {
  it("uploads, runs, restarts and downloads: NTLM, encrypted", async () => {
    await expectBuilt(await createWorkplace(), await windows());
  });

  it("the same by Basic authentication over HTTPS", async () => {
    const guest = await windows({ tls: await selfSigned(), offers: ["Basic"], password: "passw0rd" });
    await expectBuilt(await createWorkplace(), guest, { winrm_use_ssl: true, winrm_insecure: true });
  });

  it("the same by NTLM over HTTPS", async () => {
    const guest = await windows({ tls: await selfSigned() });
    await expectBuilt(await createWorkplace(), guest, {
      winrm_use_ssl: true,
      winrm_insecure: true,
      winrm_use_ntlm: true,
    });
  });

  it("the same with the limits of an old Windows, and an ordinary user", async () => {
    const guest = await windows({ maxEnvelopeKb: 150, maxShells: 5, maxOperations: 15, isAdministrator: false });
    await expectBuilt(await createWorkplace(), guest);
  });

  it("the same where every answer is slow and the server hangs up after each", async () => {
    const guest = await windows();
    guest.server.trouble.delayMs = () => 30;
    guest.server.trouble.hangUp = () => true;
    await expectBuilt(await createWorkplace(), guest);
  });

  it("the same where the first of each request is reset", async () => {
    const guest = await windows();
    const first = ["Create", "Send"].map((action) => firstCalls(1, action));
    guest.server.trouble.reset = (action) => first.some((isFirst) => isFirst(action));
    await expectBuilt(await createWorkplace(), guest);
  });

  it("refuses a certificate that nobody has signed, with the way out", async () => {
    const guest = await windows({ tls: await selfSigned() });
    const place = await createWorkplace();
    await template(place, guest, { winrm_use_ssl: true, winrm_timeout: "3s" });
    const { code, stdout, stderr } = await place.run("build", "t.pkr.hcl");
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`).toContain("is signed by nobody this computer trusts");
  });

  it("says which login was refused", async () => {
    const guest = await windows();
    const place = await createWorkplace();
    await template(place, guest, { winrm_password: "wrong", winrm_timeout: "3s" });
    const { code, stdout, stderr } = await place.run("build", "t.pkr.hcl");
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`).toContain('refuses the login of "vagrant"');
  });

  it("ends the guest's commands when it is interrupted", async () => {
    const guest = await windows();
    const place = await createWorkplace();
    await writeFile(
      join(place.directory, "t.pkr.hcl"),
      `source "null" "w" {\n${hcl(winrmArguments(guest.server))}\n}\nbuild {\n  sources = ["null.w"]\n  provisioner "windows-shell" {\n    inline = ["echo begun", "ping -n 10 127.0.0.1 >nul"]\n  }\n}\n`,
    );
    const started = place.start("build", "t.pkr.hcl");
    await started.until("begun");
    started.child.kill("SIGINT");
    const { code } = await started.finished;
    expect(code).not.toBe(0);
    expect(guest.server.shells.count).toBe(0);
  });
});

const withPacker = findProgram("wine") === undefined ? needs("wine", "wine") : needs("packer", "packer");

describe("Packer", () => {
  withPacker("takes the test server for a Windows", async () => {
    const guest = await windows({ offers: ["Basic"], allowUnencrypted: true });
    const place = await createWorkplace();
    const source = hcl(winrmArguments(guest.server));
    const body = `  provisioner "file" {\n    source = "data.bin"\n    destination = "${guest.there}/data.bin"\n  }\n  provisioner "powershell" {\n    inline = ["Write-Output 'from Packer'"]\n  }\n  provisioner "windows-shell" {\n    inline = ["echo and cmd"]\n  }\n`;
    await writeFile(join(place.directory, "data.bin"), randomBytes(20_000));
    await writeFile(
      join(place.directory, "t.pkr.hcl"),
      `source "null" "w" {\n${source}\n}\nbuild {\n  sources = ["null.w"]\n${body}}\n`,
    );
    const { execFile } = await import("node:child_process");
    const output = await new Promise<string>((resolve) => {
      const env = { ...place.env, PACKER_CONFIG_DIR: place.directory, CHECKPOINT_DISABLE: "1" };
      execFile("packer", ["build", "-color=false", "t.pkr.hcl"], { cwd: place.directory, env }, (_, stdout, stderr) =>
        resolve(stdout + stderr),
      );
    });
    expect(output).toContain("from Packer");
    expect(output).toContain("and cmd");
    const original = await readFile(join(place.directory, "data.bin"));
    expect(original.equals(await readFile(join(guest.here, "data.bin")))).toBe(true);
  });
});

describe("a Windows that vanishes", () => {
  it("is noticed within 40 s while a command runs", async () => {
    const { server } = await windows();
    const proxy = await createTcpProxy({ target: server.port });
    const run = await createRecordingRun();
    const communicator = await connectToWinrm(run, server, {}, { port: proxy.port });
    const asked = askGuest(communicator, "ping -n 60 127.0.0.1 >nul", { signal: run.signal });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    proxy.freeze();
    const started = performance.now();
    expect((await asked).result.kind).toBe("disconnect");
    expect((performance.now() - started) / 1000).toBeLessThan(40);
  });
});
