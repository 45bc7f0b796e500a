import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import { askGuest } from "../../src/steps/guest-command.ts";
import { connectTo } from "../helper/guest-connection.ts";
import { needs } from "../helper/need.ts";
import { createRecordingRun } from "../helper/recording-run.ts";
import { createSshd } from "../helper/sshd.ts";
import { createTcpProxy } from "../helper/tcp-proxy.ts";

const it = needs("sshd", "openssh-server");

describe("a frozen machine, with the settings everybody has (SSH-04)", () => {
  it("is noticed within 40 s while a command runs", async () => {
    const server = await createSshd();
    const proxy = await createTcpProxy({ target: server.port });
    const run = await createRecordingRun();
    const communicator = await connectTo(run, server, {}, { port: proxy.port });
    const asked = askGuest(communicator, "sleep 300", { signal: run.signal });
    await sleep(500);
    proxy.freeze();
    const started = performance.now();
    expect((await asked).result.kind).toBe("disconnect");
    const seconds = (performance.now() - started) / 1000;
    expect(seconds).toBeGreaterThan(25);
    expect(seconds).toBeLessThan(40);
  });
});
