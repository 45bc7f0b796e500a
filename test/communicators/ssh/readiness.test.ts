import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, vi } from "vitest";
import { connectTo } from "../../helper/guest-connection.ts";
import { needs } from "../../helper/need.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { createSshd, keygen } from "../../helper/sshd.ts";
import { createTcpProxy } from "../../helper/tcp-proxy.ts";

const it = needs("sshd", "openssh-server");

describe("a wait without an end in sight (M-14)", () => {
  const none = { host: "127.0.0.1", port: 1, username: "u", keyFile: "" };

  it.each([
    ["SSH", { ssh_password: "x", ssh_private_key_file: "", ssh_timeout: "4m" }, 240_000],
    ["SSH", { ssh_password: "x", ssh_private_key_file: "" }, 300_000],
    ["WinRM", { communicator: "winrm", winrm_username: "u", winrm_password: "x" }, 1_800_000],
  ])(
    "says when it begins, and each minute, that it is still waiting for %s, and how long yet (%j)",
    async (what, args, limitMs) => {
      vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
      onTestFinished(() => void vi.useRealTimers());
      const run = await createRecordingRun();
      const connected = connectTo(run, none, args).catch(() => {});
      await expect.poll(() => run.said().join("\n"), { timeout: 20_000 }).toContain("is not ready");
      vi.advanceTimersByTime(120_000);
      run.cancel();
      await connected;
      const beats = run.events.filter((event) => event.kind === "waiting");
      expect(beats).toMatchObject([
        { what, limitMs },
        { what, limitMs },
        { what, limitMs },
      ]);
    },
  );

  it("ends with a hint that fits: a machine of the null builder has no screen (M-17)", async () => {
    const args = { ssh_password: "x", ssh_private_key_file: "", ssh_timeout: "300ms" };
    const ends = async (hasScreen?: boolean) =>
      connectTo(await createRecordingRun(), none, args, hasScreen === undefined ? {} : { hasScreen });
    await expect(ends()).rejects.toMatchObject({ hint: expect.stringContaining("screen") as string });
    await expect(ends(false)).rejects.toMatchObject({ hint: "If it only needs longer, raise ssh_timeout." });
  });

  it("takes an address in brackets, as in a URL (M-17)", async () => {
    const server = await createSshd({ config: ["ListenAddress ::1"] });
    const communicator = await connectTo(await createRecordingRun(), { ...server, host: "[::1]" });
    expect(communicator.address).toContain("::1");
  });
});

describe("waiting for SSH", () => {
  it("notices sshd within a second of its start, and says once why it was not ready", async () => {
    const server = await createSshd({ start: false });
    const run = await createRecordingRun();
    const connected = connectTo(run, server);
    await sleep(1500);
    const started = performance.now();
    await server.start();
    await connected;
    expect(performance.now() - started).toBeLessThan(1000);
    const reasons = run.said().filter((text) => text.startsWith("SSH is not ready"));
    expect(reasons).toEqual([`SSH is not ready: nothing listens on 127.0.0.1:${server.port} yet (connection refused)`]);
  });

  it("notices a server behind a port forward that accepted and led nowhere before", async () => {
    const server = await createSshd();
    const proxy = await createTcpProxy({ target: server.port });
    proxy.swallow(true);
    const run = await createRecordingRun();
    const connected = connectTo(run, server, {}, { port: proxy.port });
    while (!run.said().some((text) => text.includes("no SSH server answers"))) await sleep(20);
    proxy.swallow(false);
    const started = performance.now();
    await connected;
    expect(performance.now() - started).toBeLessThan(3500);
    expect(run.said()).toContain(
      `SSH is not ready: 127.0.0.1:${proxy.port} is open, but no SSH server answers there yet`,
    );
  });

  it("has patience with a server whose every byte comes slowly", async () => {
    const server = await createSshd();
    const proxy = await createTcpProxy({ target: server.port, roundTripMs: 500 });
    const run = await createRecordingRun();
    const communicator = await connectTo(run, server, { ssh_handshake_timeout: "1500ms" }, { port: proxy.port });
    expect(communicator.address).toContain(String(proxy.port));
  });

  it("asks for the address before every attempt", async () => {
    const server = await createSshd();
    const run = await createRecordingRun();
    const answers = [undefined, undefined, "127.0.0.1"];
    await connectTo(
      run,
      server,
      {},
      { host: () => Promise.resolve(answers.length > 1 ? answers.shift() : answers[0]) },
    );
    expect(run.said()).toContain("SSH is not ready: the address of the machine is not known yet");
  });

  it("gives up at ssh_timeout with the last reason", async () => {
    const server = await createSshd({ start: false });
    const run = await createRecordingRun();
    await expect(connectTo(run, server, { ssh_timeout: "1s" })).rejects.toMatchObject({
      message: expect.stringMatching(/^SSH did not become available within 1 second: nothing listens on/),
      hint: expect.stringContaining("ssh_timeout"),
    });
  });

  it("ends at once when the run is cancelled (SSH-19)", async () => {
    const server = await createSshd({ start: false });
    const run = await createRecordingRun();
    const connected = connectTo(run, server);
    await sleep(300);
    const started = performance.now();
    run.cancel(new Error("interrupted"));
    await expect(connected).rejects.toThrow("interrupted");
    expect(performance.now() - started).toBeLessThan(200);
  });
});

describe("a refused login (SSH-01)", () => {
  it("ends after a few refusals and says what was tried and what the server offers", async () => {
    const server = await createSshd({ config: ["AuthenticationMethods publickey"] });
    keygen(`${server.directory}/other_key`);
    const run = await createRecordingRun();
    const refused = connectTo(
      run,
      { ...server, keyFile: `${server.directory}/other_key` },
      { ssh_handshake_attempts: 3 },
    );
    await expect(refused).rejects.toMatchObject({
      message: expect.stringMatching(
        /^The login was refused 3 times: the server refused the key SHA256:\S+ for user "\w+" \(it offers publickey\)$/,
      ),
      hint: expect.stringContaining("ssh_username"),
    });
    const reasons = run.said().filter((text) => text.startsWith("SSH is not ready"));
    expect(reasons).toHaveLength(1);
  });

  it("counts as many refusals as ssh_handshake_attempts says", async () => {
    const server = await createSshd();
    keygen(`${server.directory}/other_key`);
    const refused = connectTo(
      await createRecordingRun(),
      { ...server, keyFile: `${server.directory}/other_key` },
      { ssh_handshake_attempts: 2 },
    );
    await expect(refused).rejects.toThrow("The login was refused 2 times");
  });
});
