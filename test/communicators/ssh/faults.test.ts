import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import { connectTo } from "../../helper/guest-connection.ts";
import { needs } from "../../helper/need.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { createSshd } from "../../helper/sshd.ts";
import { createTcpProxy } from "../../helper/tcp-proxy.ts";
import { askGuest, commandFailure, runGuestCommand } from "../../../src/steps/guest-command.ts";

const it = needs("sshd", "openssh-server");
const signal = new AbortController().signal;

async function proxied(args: Readonly<Record<string, unknown>> = {}, roundTripMs = 0, upstreamRate?: number) {
  const run = await createRecordingRun();
  const server = await createSshd();
  const rate = upstreamRate === undefined ? {} : { upstreamRate };
  const proxy = await createTcpProxy({ target: server.port, roundTripMs, ...rate });
  const communicator = await connectTo(run, server, args, { port: proxy.port });
  return { run, server, proxy, communicator };
}

describe("a connection that dies under a command", () => {
  it("is a disconnect with the last line of output, never a success (SSH-03)", async () => {
    const { run, proxy, communicator } = await proxied();
    setTimeout(() => proxy.reset(), 700);
    const ended = await runGuestCommand(run, communicator, "echo nearly done; sleep 20");
    expect(ended.result).toEqual({ kind: "disconnect", reason: expect.stringContaining("ECONNRESET") });
    expect(commandFailure("The script", ended).message).toMatch(
      /^The script lost the connection to the machine after 0\.\d s \(.*ECONNRESET.*\); its last line of output was "nearly done"$/,
    );
  });

  it("is noticed when it was closed politely, too", async () => {
    const { communicator, proxy } = await proxied();
    setTimeout(() => proxy.end(), 300);
    expect((await askGuest(communicator, "sleep 20", { signal })).result.kind).toBe("disconnect");
  });

  it("is noticed when the machine froze and nobody was told (SSH-04)", async () => {
    const { communicator, proxy } = await proxied({ ssh_keep_alive_interval: "1s" });
    const asked = askGuest(communicator, "sleep 60", { signal });
    await sleep(300);
    proxy.freeze();
    const started = performance.now();
    expect((await asked).result).toEqual({
      kind: "disconnect",
      reason: expect.stringMatching(/not answered for \d s/),
    });
    // Three questions and a half of one second; the default of ten seconds makes it 35.
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it("is not declared dead on a slow link under load (SSH-04)", async () => {
    const { communicator } = await proxied({ ssh_keep_alive_interval: "500ms" }, 600, 300_000);
    const content = Buffer.alloc(900_000, "x");
    const { stdout } = await askGuest(communicator, "wc -c", { signal, stdin: content });
    expect(Number(stdout)).toBe(content.length);
  });

  it("is replaced at the next command (SSH-05)", async () => {
    const { communicator, proxy } = await proxied();
    await askGuest(communicator, "true", { signal });
    proxy.reset();
    const { stdout } = await askGuest(communicator, "echo again", { signal });
    expect(stdout).toBe("again\n");
  });
});

describe("a channel that is never answered (SSH-04)", () => {
  it("fails at the deadline instead of hanging", async () => {
    const { communicator, proxy } = await proxied({
      ssh_handshake_timeout: "1s",
      ssh_timeout: "3s",
      ssh_keep_alive_interval: "-1s",
    });
    proxy.freeze();
    await expect(askGuest(communicator, "true", { signal })).rejects.toThrow(/SSH did not become available/);
  });

  it("can be cancelled at once", async () => {
    const { communicator, proxy } = await proxied();
    proxy.freeze();
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("interrupted")), 200);
    await expect(askGuest(communicator, "true", { signal: controller.signal })).rejects.toThrow("interrupted");
  });
});

describe("the host key (SSH-02)", () => {
  it("is remembered: another one later in the run is an error", async () => {
    const server = await createSshd();
    const communicator = await connectTo(await createRecordingRun(), server, { ssh_handshake_attempts: 1 });
    await communicator.disconnect?.();
    await server.stop();
    await server.start({ newHostKey: true });
    await expect(askGuest(communicator, "true", { signal })).rejects.toThrow(
      /^Refused to connect: the host key changed from ssh-ed25519 SHA256:\S+ to ssh-ed25519 SHA256:\S+ during this run$/,
    );
  });

  it("may change where a reinstallation is expected", async () => {
    const server = await createSshd();
    const communicator = await connectTo(await createRecordingRun(), server);
    await communicator.disconnect?.({ reinstalled: true });
    await server.stop();
    await server.start({ newHostKey: true });
    expect((await askGuest(communicator, "echo in", { signal })).stdout).toBe("in\n");
  });

  it("can be pinned, as a key or as a fingerprint", async () => {
    const server = await createSshd();
    await connectTo(await createRecordingRun(), server, { ssh_host_key: server.hostKey });
    const wrong = connectTo(await createRecordingRun(), server, {
      ssh_host_key: "SHA256:0000",
      ssh_handshake_attempts: 1,
    });
    await expect(wrong).rejects.toThrow("but only SHA256:0000 is allowed");
  });
});

describe("what a command prints", () => {
  // A gigabyte through the whole command: test/e2e/ssh-output.test.ts.
  it("may be large, in bounded memory (SSH-10)", async () => {
    const communicator = await connectTo(await createRecordingRun(), await createSshd());
    let received = 0;
    let most = 0;
    // Other tests share this process, and its memory.
    const before = process.memoryUsage().rss;
    const result = await communicator.exec("head -c 100000000 /dev/zero", {
      signal,
      onStdout: (chunk) => {
        received += chunk.length;
        most = Math.max(most, process.memoryUsage().rss);
      },
    });
    expect({ result, received }).toEqual({ result: { kind: "exit", code: 0 }, received: 100_000_000 });
    expect(most - before).toBeLessThan(500_000_000);
  });

  it("waits for a receiver that is slower, holding the machine back (SSH-10)", async () => {
    const communicator = await connectTo(await createRecordingRun(), await createSshd());
    const before = process.memoryUsage().rss;
    let received = 0;
    await communicator.exec("head -c 20000000 /dev/zero", {
      signal,
      onStdout: async (chunk) => {
        received += chunk.length;
        await sleep(1);
      },
    });
    expect(received).toBe(20_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
  });

  it("keeps every byte in the raw log and shows whole characters (SSH-11, SSH-12)", async () => {
    const run = await createRecordingRun();
    const communicator = await connectTo(run, await createSshd());
    await runGuestCommand(
      run,
      communicator,
      "printf '\\303'; sleep 0.2; printf '\\244\\n\\377\\r\\n'; printf 'no end'",
    );
    const raw = run.events.flatMap((event) => (event.kind === "raw-output" ? [...event.bytes] : []));
    expect(Buffer.from(raw)).toEqual(Buffer.from([0xc3, 0xa4, 10, 0xff, 13, 10, ...Buffer.from("no end")]));
    const shown = run.events.flatMap((event) => (event.kind === "output" ? [event.text] : []));
    expect(shown).toEqual(["ä", "\ufffd", "no end"]);
  });

  it("arrives whole even when it comes after the exit status (SSH-13)", async () => {
    const communicator = await connectTo(await createRecordingRun(), await createSshd());
    for (let round = 0; round < 10; round++) {
      let received = 0;
      const count = (chunk: Buffer) => void (received += chunk.length);
      await communicator.exec("head -c 2000000 /dev/zero; head -c 500000 /dev/zero >&2; exit 3", {
        signal,
        onStdout: count,
        onStderr: count,
      });
      expect(received).toBe(2_500_000);
    }
  });
});
