import { describe, expect, it } from "vitest";
import { askGuest } from "../../../src/steps/guest-command.ts";
import { connectToWinrm, until, winrmServerForTest } from "../../helper/winrm-server/for-test.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";

describe("exec over WinRM", () => {
  it("gives output, errors and exit status, encrypted on plain HTTP", async () => {
    const server = await winrmServerForTest();
    const run = await createRecordingRun();
    const communicator = await connectToWinrm(run, server);
    const { result, stdout, stderr } = await askGuest(communicator, "echo hello&error oh dear&exit 7", {
      signal: run.signal,
    });
    expect({ result, stdout, stderr }).toEqual({
      result: { kind: "exit", code: 7 },
      stdout: "hello\r\n",
      stderr: "oh dear\r\n",
    });
    expect(communicator.address).toBe(`winrm vagrant@127.0.0.1:${server.port}`);
    expect(run.secrets).toContain(server.password);
  });

  it("uses Basic authentication where nothing else is offered, and where it is asked for", async () => {
    const server = await winrmServerForTest({ offers: ["Basic"], allowUnencrypted: true });
    const run = await createRecordingRun();
    const communicator = await connectToWinrm(run, server);
    expect((await askGuest(communicator, "echo basic", { signal: run.signal })).stdout).toBe("basic\r\n");
    const asked = await connectToWinrm(run, server, { winrm_use_ntlm: false });
    expect((await askGuest(asked, "echo again", { signal: run.signal })).stdout).toBe("again\r\n");
  });

  it("feeds standard input of any size, in pieces the server takes", async () => {
    const server = await winrmServerForTest({ maxEnvelopeKb: 150 });
    const run = await createRecordingRun();
    const communicator = await connectToWinrm(run, server);
    const input = "0123456789abcde\n".repeat(40_000);
    const answer = await askGuest(communicator, "more", { signal: run.signal, stdin: Buffer.from(input) });
    expect(answer.stdout === input).toBe(true);
    const largest = Math.max(...server.exchanges.map(({ request }) => request.length));
    expect(largest).toBeLessThanOrEqual(150 * 1024);
    expect(largest).toBeGreaterThan(140 * 1024);
  });

  it.each(["status", "fault"] as const)(
    "sends smaller pieces when the server refuses large ones by a %s",
    async (tooLargeBy) => {
      const server = await winrmServerForTest({ maxEnvelopeKb: 60, tooLargeBy, isAdministrator: false });
      const run = await createRecordingRun();
      const communicator = await connectToWinrm(run, server);
      const input = "0123456789abcde\n".repeat(20_000);
      const answer = await askGuest(communicator, "more", { signal: run.signal, stdin: input });
      expect(answer.stdout === input).toBe(true);
    },
  );

  it("holds the guest back while the receiver is busy", async () => {
    const server = await winrmServerForTest();
    const run = await createRecordingRun();
    const communicator = await connectToWinrm(run, server);
    let [received, busy, overlaps] = [0, false, 0];
    const onStdout = async (chunk: Buffer) => {
      if (busy) overlaps++;
      busy = true;
      await new Promise((resolve) => setTimeout(resolve, 2));
      received += chunk.length;
      busy = false;
    };
    const result = await communicator.exec("yes 200", { signal: run.signal, onStdout });
    expect(result).toEqual({ kind: "exit", code: 0 });
    expect({ received, overlaps }).toEqual({ received: 3 * 1024 * 200, overlaps: 0 });
  });

  it("waits for a silent command longer than the server answers", async () => {
    const server = await winrmServerForTest({ maxTimeoutMs: 200 });
    const run = await createRecordingRun();
    const communicator = await connectToWinrm(run, server);
    expect((await askGuest(communicator, "sleep 1&echo done", { signal: run.signal })).stdout).toBe("done\r\n");
    expect(server.exchanges.filter(({ response }) => response.includes('Code="2150858793"')).length).toBeGreaterThan(1);
  });

  it("ends the command in the guest when the run is cancelled", async () => {
    const server = await winrmServerForTest();
    const run = await createRecordingRun();
    const communicator = await connectToWinrm(run, server);
    const controller = new AbortController();
    let begun = false;
    const onStdout = () => void (begun = true);
    const running = communicator.exec("echo begun&sleep 600", { signal: controller.signal, onStdout });
    running.catch(() => {});
    await until(() => begun);
    controller.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    expect(server.exchanges.some(({ request }) => request.includes("signal/terminate"))).toBe(true);
  });

  it("gives each command a shell of its own, and leaves none behind", async () => {
    const server = await winrmServerForTest({ maxShells: 2 });
    const run = await createRecordingRun();
    const communicator = await connectToWinrm(run, server);
    for (let count = 0; count < 6; count++) await askGuest(communicator, `echo ${count}`, { signal: run.signal });
    await communicator.close();
    expect(server.shells.opened).toBe(7);
    expect(server.shells.count).toBe(0);
  });

  it("names a command line that cmd.exe does not know", async () => {
    const server = await winrmServerForTest();
    const run = await createRecordingRun();
    const communicator = await connectToWinrm(run, server);
    const { result, stderr } = await askGuest(communicator, "apt-get install", { signal: run.signal });
    expect(result).toEqual({ kind: "exit", code: 9009 });
    expect(stderr).toContain("'apt-get' is not recognized");
  });
});
