import { describe, expect, it } from "vitest";
import { askGuest } from "../../../src/steps/guest-command.ts";
import { freePort } from "../../helper/free-port.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { connectToWinrm, until, winrmServerForTest } from "../../helper/winrm-server/for-test.ts";
import { afterCalls, firstCalls } from "../../helper/winrm-server/trouble.ts";

const reasons = (said: readonly string[]) => said.filter((text) => text.startsWith("WinRM is not ready"));

describe("waiting for WinRM", () => {
  it("says that nothing listens, and connects once something does", async () => {
    const run = await createRecordingRun();
    const there = { host: "127.0.0.1", port: await freePort(), username: "vagrant", password: "vagrant" };
    const connecting = connectToWinrm(run, there);
    await until(() => reasons(run.said()).length > 0);
    await winrmServerForTest(there);
    await connecting;
    expect(reasons(run.said())[0]).toContain("nothing listens on 127.0.0.1");
  });

  it.each([
    [404, "WinRM is not listening there yet (404)"],
    [500, "is not ready, or takes no unencrypted messages (500)"],
    [503, "is not running yet (503)"],
    [302, "is not WinRM (status 302)"],
  ])("says what an answer of %i means", async (status, reason) => {
    const server = await winrmServerForTest();
    const run = await createRecordingRun();
    const first = firstCalls(1, "Identify");
    server.trouble.status = (action) => (first(action) ? status : undefined);
    await connectToWinrm(run, server);
    expect(reasons(run.said())[0]).toContain(reason);
  });

  it("says that Windows is still being set up", async () => {
    const server = await winrmServerForTest({ inSetup: true });
    const run = await createRecordingRun();
    await expect(connectToWinrm(run, server, { winrm_timeout: "1s" })).rejects.toThrow(
      "WinRM did not become available within 1 second: Windows is still being set up",
    );
  });

  it("gives up on a login that is refused again and again, and tells what is offered", async () => {
    const server = await winrmServerForTest();
    const run = await createRecordingRun();
    const done = connectToWinrm(run, server, { winrm_password: "wrong", winrm_timeout: "2s" });
    await expect(done).rejects.toThrow(
      /refuses the login of "vagrant" by NTLM and Basic authentication \(401; it offers Negotiate\)/,
    );
  });

  it("does not give up on a machine that installs itself", async () => {
    const server = await winrmServerForTest();
    const run = await createRecordingRun();
    server.trouble.refuseLogin = true;
    const connecting = connectToWinrm(run, server, {}, { installsItself: true });
    await until(() => reasons(run.said()).length > 0);
    server.trouble.refuseLogin = false;
    await connecting;
    expect(reasons(run.said())[0]).toContain("(401");
  });

  it("waits while a server answers, but starts no shell", async () => {
    const server = await winrmServerForTest({ maxShells: 0 });
    const run = await createRecordingRun();
    await expect(connectToWinrm(run, server, { winrm_timeout: "1s" })).rejects.toThrow(
      "too many shells are open in the machine",
    );
  });

  it("gives up when the run is cancelled", async () => {
    const server = await winrmServerForTest();
    const run = await createRecordingRun();
    server.trouble.silence = () => true;
    const done = connectToWinrm(run, server);
    setTimeout(() => run.cancel(new Error("enough")), 100);
    await expect(done).rejects.toThrow("enough");
  });
});

describe("a connection that breaks", () => {
  it("is made anew for the next command after a restart", async () => {
    const server = await winrmServerForTest();
    const run = await createRecordingRun();
    const communicator = await connectToWinrm(run, server);
    await server.restart(300);
    expect((await askGuest(communicator, "echo back", { signal: run.signal })).stdout).toBe("back\r\n");
  });

  it("ends a command that ran when the machine restarted", async () => {
    const server = await winrmServerForTest();
    const run = await createRecordingRun();
    const communicator = await connectToWinrm(run, server);
    let begun = false;
    const onStdout = () => void (begun = true);
    const running = communicator.exec("echo begun&sleep 600", { signal: run.signal, onStdout });
    await until(() => begun);
    await server.restart(50);
    expect(await running).toMatchObject({ kind: "disconnect" });
  });

  it("logs in anew where the server hangs up after each answer", async () => {
    const server = await winrmServerForTest();
    const run = await createRecordingRun();
    server.trouble.hangUp = () => true;
    const communicator = await connectToWinrm(run, server);
    expect((await askGuest(communicator, "echo still", { signal: run.signal })).stdout).toBe("still\r\n");
  });

  it("does not take half of an answer for all of it", async () => {
    const server = await winrmServerForTest();
    const run = await createRecordingRun();
    const communicator = await connectToWinrm(run, server);
    server.trouble.cut = afterCalls(0, "Receive");
    const { result } = await askGuest(communicator, "echo gone", { signal: run.signal });
    expect(result).toMatchObject({
      kind: "disconnect",
      reason: expect.stringContaining("in the middle of an answer") as unknown,
    });
  });

  it("survives slow answers", async () => {
    const server = await winrmServerForTest();
    const run = await createRecordingRun();
    server.trouble.delayMs = () => 150;
    const communicator = await connectToWinrm(run, server);
    expect((await askGuest(communicator, "echo slow", { signal: run.signal })).stdout).toBe("slow\r\n");
  });
});
