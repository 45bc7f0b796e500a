import { existsSync, readdirSync, readFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, onTestFinished } from "vitest";
import { remoteBuilder } from "../../src/plugin-host/calls/builder.ts";
import { remoteProvisioner } from "../../src/plugin-host/calls/provisioner.ts";
import { createPluginHost } from "../../src/plugin-host/plugin-host.ts";
import { startThread } from "../../src/plugin-host/thread/start-thread.ts";
import type { BuildError } from "../../src/sdk/error.ts";
import { startChild } from "../../src/plugin-host/process/child.ts";
import { hastyReaper, reaper } from "../../src/owned/plugin-process.ts";
import { reaper as runReaper } from "../../src/owned/run-processes.ts";
import { createRecordingRun } from "../helper/recording-run.ts";
import { needs } from "../helper/need.ts";
import { probePlugin } from "../helper/plugin/probe.ts";
import { isRunning, never, recordingUi, startProbe } from "../helper/plugin/start-probe.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

const THREADS = resolve("tools/typescript-in-threads.mjs");

const it = needs("go", "golang-go");
const ask = { signal: never };
const nothing = (): Promise<void> => Promise.resolve();

async function failure(promise: Promise<unknown>): Promise<BuildError> {
  return promise.then(
    () => expect.fail("it did not fail"),
    (error: unknown) => error as BuildError,
  );
}

describe("a plugin that does not start", () => {
  it.each([
    ["three-fields", "made for Packer 1.6 or older"],
    ["other-major", "It speaks version 6.0 of Packer's plugin protocol; imgbuild speaks 5.0."],
    ["newer-minor", "It speaks version 5.9 of Packer's plugin protocol"],
    ["garbage", 'the first line it wrote is "Hello, I am something else."'],
    ["elsewhere", 'It listens where imgbuild does not connect to: "tcp 192.0.2.1:10000".'],
    ["exit", "It ended at once, with exit code 3. It said:\n    the probe does not want to start"],
  ])("is told apart, and nothing is left running: %s", async (how, reason) => {
    const TMPDIR = temporaryDirectory();
    const error = await failure(startProbe("builder", { PROBE_START: how, TMPDIR }));
    expect(error.message).toBe('The builder "probe" of the plugin probe cannot be used');
    expect(error.hint).toContain(reason);
    expect(error.hint).toContain(probePlugin());
    expect(readdirSync(TMPDIR)).toEqual([]);
    expect(await processesWith(TMPDIR)).toEqual([]);
  });

  it("is not waited for longer than a minute", async () => {
    const TMPDIR = temporaryDirectory();
    const error = await failure(startProbe("builder", { PROBE_START: "silent", TMPDIR }, { handshakeMs: 300 }));
    expect(error.hint).toContain("It did not say within 0.3 s where it listens.");
    expect(await processesWith(TMPDIR)).toEqual([]);
  });

  it("is not waited for when the build is cancelled", async () => {
    const TMPDIR = temporaryDirectory();
    const signal = AbortSignal.timeout(200);
    await failure(startProbe("builder", { PROBE_START: "silent", TMPDIR }, { signal }));
    expect(await processesWith(TMPDIR)).toEqual([]);
  });

  it("is ended, and its socket removed, when it cannot be connected to", async () => {
    const error = await failure(startProbe("builder", { PROBE_START: "nobody-listens" }));
    expect(error.message).toBe("The plugin does not take connections");
  });

  it.each([
    ["is not there", "The file is not there", () => {}],
    ["may not be executed", "may not be executed", (path: string) => writeFileSync(path, "#!/bin/sh\n")],
    ["is no program of this machine", "no program for this machine", otherMachine],
    [
      "is a script without a first line",
      "The file is no program",
      (path: string) => writeFileSync(path, "x", { mode: 0o755 }),
    ],
  ])("says that the file %s", async (_, reason, make) => {
    const path = join(temporaryDirectory(), "packer-plugin-x");
    make(path);
    const host = createPluginHost({ startThread });
    const component = { path, plugin: "x", kind: "builder", name: "y", protobuf: true } as const;
    const error = await failure(host.start(component, { env: process.env, cwd: tmpdir(), signal: never }));
    expect(error.hint).toContain(reason);
  });

  it("is named in the journal only while it lives", async () => {
    const run = await createRecordingRun();
    await run.step("start", async (step) => {
      await failure(startProbe("builder", { PROBE_START: "exit" }, { owner: { runId: run.runId, step } }));
    });
    expect(run.journal).toEqual([expect.objectContaining({ struck: true })]);
  });
});

/** The probe, as a program for another processor. */
function otherMachine(path: string): void {
  copyFileSync(probePlugin(), path);
  chmodSync(path, 0o755);
  const header = Buffer.alloc(64);
  header.write("\x7fELF\x02\x01\x01", "latin1");
  // e_machine: 183 is aarch64, 62 is x86-64.
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(process.arch === "arm64" ? 62 : 183, 18);
  writeFileSync(path, header, { mode: 0o755 });
}

describe("a plugin that dies", () => {
  it("crashes while it prepares: the panic and its place are shown", async () => {
    const plugin = await startProbe("builder");
    const error = await failure(remoteBuilder(plugin).prepare([{ root: "/x", misbehave: "prepare:panic" }], ask));
    expect(error.message).toBe(
      'The builder "probe" of the plugin probe crashed while it checked its configuration: ' +
        "runtime error: invalid memory address or nil pointer dereference",
    );
    expect(error.hint).toMatch(/This is a bug of the plugin.*\n {4}main\.misbehave \(misbehave\.go:\d+\)/s);
    expect(await isRunning(plugin.pid)).toBe(false);
  });

  it.each([
    ["run:exit", "ended with exit code 7", "    the probe is leaving"],
    ["run:end", "ended without being asked to", "    starting builder"],
    ["run:panic", "crashed while it ran: runtime error", "misbehave.go"],
  ])("ends while it runs: %s", async (misbehave, how, last) => {
    const plugin = await startProbe("builder");
    const builder = remoteBuilder(plugin);
    await builder.prepare([{ root: temporaryDirectory(), misbehave }], ask);
    const error = await failure(builder.run({ ui: recordingUi(), hook: nothing, signal: never }));
    expect(error.message).toContain(how);
    expect(error.hint).toContain(last);
  });

  it("is ended from outside", async () => {
    const plugin = await startProbe("builder");
    const builder = remoteBuilder(plugin);
    await builder.prepare([{ root: temporaryDirectory(), misbehave: "run:wait" }], ask);
    const ui = recordingUi();
    const running = builder.run({ ui, hook: nothing, signal: never });
    while (ui.lines.length === 0) await delay(10);
    process.kill(plugin.pid, "SIGKILL");
    expect((await failure(running)).message).toContain("was ended by SIGKILL while it ran");
  });

  it("does not know the component it is asked for", async () => {
    const host = createPluginHost({ startThread });
    onTestFinished(() => host.close());
    const component = { path: probePlugin(), plugin: "probe", kind: "builder", name: "no", protobuf: true } as const;
    const plugin = await host.start(component, { env: process.env, cwd: tmpdir(), signal: never });
    expect((await failure(remoteBuilder(plugin).configSpec(ask))).message).toContain("crashed");
    await plugin.stop();
  });
});

describe("a plugin that hangs", () => {
  it("is ended when it prepares for longer than the limit", async () => {
    const plugin = await startProbe("builder");
    const options = { ...ask, limitMs: 300 };
    const error = await failure(remoteBuilder(plugin).prepare([{ root: "/x", misbehave: "prepare:hang" }], options));
    expect(error.message).toContain("did not answer within 0.3 s while it checked its configuration");
    expect(await isRunning(plugin.pid)).toBe(false);
  });

  it("is left as soon as the build is cancelled, and ended with it", async () => {
    const plugin = await startProbe("provisioner");
    const signal = AbortSignal.timeout(200);
    await failure(remoteProvisioner(plugin).prepare([{ misbehave: "prepare:hang" }], { signal }));
    await plugin.kill();
    expect(await isRunning(plugin.pid)).toBe(false);
  });

  it("takes along what it has started when it is killed", async () => {
    const root = temporaryDirectory();
    const plugin = await startProbe("builder");
    const builder = remoteBuilder(plugin);
    await builder.prepare([{ root }], ask);
    const running = builder.run({
      ui: recordingUi(),
      signal: never,
      hook: async ({ communicator, signal }) => {
        const command = communicator.exec(`echo $$ > ${root}/pid; exec sleep 1000`, { signal });
        command.catch(() => {});
        while (!existsSync(join(root, "pid"))) await delay(10);
        await delay(100);
        await plugin.kill();
        await command;
      },
    });
    await failure(running);
    const pid = Number(readFileSync(join(root, "pid"), "utf8"));
    while (await isRunning(pid)) await delay(10);
  });
});

describe("a plugin that is ended from outside", () => {
  it("leaves nothing behind of what it has started", async () => {
    const root = temporaryDirectory();
    const plugin = await startProbe("builder");
    const builder = remoteBuilder(plugin);
    await builder.prepare([{ root }], ask);
    const running = builder.run({
      ui: recordingUi(),
      signal: never,
      hook: async ({ communicator, signal }) => {
        const command = communicator.exec(`echo $$ > ${root}/pid; exec sleep 1000`, { signal });
        command.catch(() => {});
        while (!existsSync(join(root, "pid"))) await delay(10);
        process.kill(plugin.pid, "SIGKILL");
        await command;
      },
    });
    await failure(running);
    const pid = Number(readFileSync(join(root, "pid"), "utf8"));
    while (await isRunning(pid)) await delay(10);
  });
});

describe("a plugin that talks too much", () => {
  it("floods its log: it goes on, and the last lines are kept", async () => {
    let lines = 0;
    const plugin = await startProbe("builder", {}, { onLog: () => void lines++ });
    const builder = remoteBuilder(plugin);
    await builder.prepare([{ root: temporaryDirectory(), misbehave: "run:flood" }], ask);
    await builder.run({ ui: recordingUi(), hook: nothing, signal: never });
    expect(lines).toBeGreaterThan(200_000);
    expect(plugin.log().length).toBeLessThanOrEqual(200);
  });
});

describe("a connection that is tampered with", () => {
  async function runWith(PROBE_WIRE: string): Promise<readonly string[]> {
    const ui = recordingUi();
    const builder = remoteBuilder(await startProbe("builder", { PROBE_WIRE }));
    expect(await builder.prepare([{ root: temporaryDirectory() }], ask)).toMatchObject({ problem: undefined });
    await builder.run({ ui, hook: nothing, signal: never });
    return ui.lines;
  }

  it.each([
    ["pings that nobody asked for", "pings"],
    ["one byte at a time", "bytewise"],
    ["streams that come later than Packer would wait", "late"],
  ])("works with %s", async (_, wire) => {
    expect(await runWith(wire)).toHaveLength(5);
  });

  it.each([
    ["streams with numbers that are ours", "odd-id", "opens a stream with the number"],
    ["a connection that is half closed", "half-close", "the connection was closed by the plugin"],
    ["a connection that is cut", "cut", "the connection was"],
    ["bytes that are no frame", "garbage", "it speaks version 116 of yamux"],
    ["another version of yamux", "other-version", "it speaks version 1 of yamux"],
  ])("fails in words over %s, and leaves nothing running", async (_, wire, reason) => {
    const TMPDIR = temporaryDirectory();
    const run = async (): Promise<void> => {
      const builder = remoteBuilder(await startProbe("builder", { PROBE_WIRE: wire, TMPDIR }));
      await builder.prepare([{ root: TMPDIR }], ask);
      await builder.run({ ui: recordingUi(), hook: nothing, signal: never });
    };
    const error = await failure(run());
    expect(`${error.message} ${String(error.cause)}`).toContain(reason);
  });
});

describe("what is left when imgbuild dies", () => {
  it("is nothing: the plugin notices, cleans up, and ends", async () => {
    const root = temporaryDirectory();
    const script = resolve("test/helper/plugin/run-and-wait.mts");
    const host = spawn(process.execPath, ["--import", "tsx", "--import", THREADS, script, probePlugin(), root], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(host.stdout, "data")) as [Buffer];
    const pid = Number(String(line).trim());
    expect(await isRunning(pid)).toBe(true);
    host.kill("SIGKILL");
    while (await isRunning(pid)) await delay(20);
    expect(existsSync(join(root, "cleaned-up"))).toBe(true);
  });

  it("is found in the journal, before and after its pid has reached that", async () => {
    const run = await createRecordingRun();
    const plugin = await run.step("start", (step) => startProbe("builder", {}, { owner: { runId: run.runId, step } }));
    const [{ resource, updates }] = run.journal as [(typeof run.journal)[number]];
    expect(resource.kind).toBe("plugin-process");
    const context = { runId: run.runId, signal: never, env: process.env, dryRun: true };
    expect(await reaper.reap(resource, context)).toEqual({ kind: "removed" });
    const known = { ...resource, details: { ...resource.details, ...updates[0] } };
    expect(await reaper.reap(known, context)).toEqual({ kind: "removed" });
    // One that is still at work is given time; a new run does not wait for it.
    await expect(hastyReaper.reap(known, { ...context, dryRun: false })).rejects.toThrow(
      "is still removing what it made",
    );
    await run.finish("failed");
    expect(await isRunning(plugin.pid)).toBe(false);
    expect(run.journal).toMatchObject([{ struck: true }]);
    expect(await reaper.reap(known, { ...context, dryRun: false })).toEqual({ kind: "gone" });
  });

  it("is a plugin that nobody has connected to: cleanup ends it at once", async () => {
    const runId = "99999999-2222-4333-8444-555555555555";
    const mark = `imgbuild-plugin-${runId}-1`;
    const silent = { ...process.env, PACKER_PLUGIN_MAGIC_COOKIE: "x", PACKER_RUN_UUID: runId, PROBE_START: "silent" };
    const options = { args: ["start", "builder", "x"], env: silent, cwd: tmpdir(), mark, onStdout() {}, onStderr() {} };
    const child = await startChild(probePlugin(), options);
    const resource = { kind: "plugin-process", id: mark, details: { program: probePlugin() } };
    const context = { runId, signal: never, env: process.env, dryRun: false };
    // What the run itself has started is ended without patience, and a plugin is not among that.
    expect(await runReaper.reap({ kind: "run-processes", id: runId }, context)).toEqual({ kind: "gone" });
    expect(await hastyReaper.reap(resource, context)).toEqual({ kind: "removed" });
    expect(await child.ended).toEqual({ code: null, signal: "SIGTERM" });
  });
});

describe("a main thread that is busy", () => {
  it("for 45 s loses nothing: pings are answered, streams are taken, the build goes on", async () => {
    const [root, guest] = [temporaryDirectory(), temporaryDirectory()];
    const script = resolve("test/helper/plugin/block-and-go-on.mts");
    const host = spawn(process.execPath, ["--import", "tsx", "--import", THREADS, script, probePlugin(), root, guest], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    host.stdout.on("data", (chunk: Buffer) => (output += String(chunk)));
    const [code] = (await once(host, "exit")) as [number];
    expect(output).toContain("directories come back: 1");
    expect(code).toBe(0);
  });
});

/** Processes with a text in their environment or arguments (Linux). */
async function processesWith(text: string): Promise<readonly string[]> {
  const { readFile, readdir } = await import("node:fs/promises");
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
  const found = await Promise.all(
    pids.map(async (pid) => ((await read(pid, "environ")) + (await read(pid, "cmdline"))).includes(text)),
  );
  return pids.filter((_, index) => found[index]);
}
