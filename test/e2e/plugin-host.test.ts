import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { describe, expect, onTestFinished } from "vitest";
import { remoteBuilder } from "../../src/plugin-host/calls/builder.ts";
import { remoteDataSource } from "../../src/plugin-host/calls/data-source.ts";
import { remotePostProcessor } from "../../src/plugin-host/calls/post-processor.ts";
import { remoteProvisioner } from "../../src/plugin-host/calls/provisioner.ts";
import { splitProblems } from "../../src/plugin-host/calls/plugin-config.ts";
import { encodeCtyJson } from "../../src/plugin-host/wire/cty-json.ts";
import { createPluginHost } from "../../src/plugin-host/plugin-host.ts";
import { probePlugin } from "../helper/plugin/probe.ts";
import { localCommunicator } from "../helper/plugin/local-communicator.ts";
import { needs } from "../helper/need.ts";
import { isRunning, never, recordingUi, startProbe } from "../helper/plugin/start-probe.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";
import { testArtifact } from "../helper/recording-run.ts";

const it = needs("go", "golang-go");
const ask = { signal: never };
const nothing = (): Promise<void> => Promise.resolve();

describe("a builder of a plugin", () => {
  it("tells what it takes, prepares, runs, and gives an artifact", async () => {
    const root = temporaryDirectory();
    const plugin = await startProbe("builder");
    const builder = remoteBuilder(plugin);
    const spec = await builder.configSpec(ask);
    expect(spec.attributes["root"]).toEqual({ type: "string", required: true });
    expect(spec.attributes["labels"]).toEqual({ type: ["map", "string"], required: false });
    expect(spec.blocks["disk"]).toMatchObject({ repeated: true, spec: { attributes: { size: { type: "number" } } } });

    // Plain maps are converted weakly.
    expect(await builder.prepare([{ root, count: "3", enabled: "true", disk: { size: 7 } }], ask)).toEqual({
      generatedVars: ["ProbeRoot"],
      warnings: ["this builder builds nothing"],
      problem: undefined,
    });
    const ui = recordingUi();
    const calls: unknown[] = [];
    const artifact = await builder.run({
      ui,
      signal: never,
      hook: ({ name, data, communicator }) => {
        calls.push(name, data["Port"], data["SSHAgentAuth"], communicator.address);
        return nothing();
      },
    });
    expect(calls).toEqual(["packer_provision", 22, false, "local here"]);
    expect(ui.lines).toEqual([
      expect.stringMatching(/^say building in /),
      "say with the older call",
      "error only a complaint",
      "machine probe one,two",
      "transferred https://example.invalid/disk.v1.iso 100010 of 100010",
    ]);
    const read = await artifact!.read(["generated_data", "names", "nowhere"]);
    expect(read).toMatchObject({
      builderId: "imgbuild.probe",
      id: "probe-1",
      files: [],
      state: { generated_data: { ProbeRoot: root, Count: 3, Large: "1152921504606846976" }, names: ["a", "b"] },
    });
    expect(Object.keys(read.state)).not.toContain("nowhere");
    await read.destroy(never);
    expect(existsSync(join(root, "destroyed"))).toBe(true);
    await plugin.stop();
    expect(await isRunning(plugin.pid)).toBe(false);
  });

  it("lends its way into the machine: commands, statuses, streams, files, directories", async () => {
    const root = temporaryDirectory();
    const local = temporaryDirectory();
    const builder = remoteBuilder(await startProbe("builder"));
    await builder.prepare([{ root }], ask);
    await builder.run({
      ui: recordingUi(),
      signal: never,
      hook: async ({ communicator, signal }) => {
        const out: Buffer[] = [];
        const err: Buffer[] = [];
        const run = (command: string, stdin?: string | Readable) =>
          communicator.exec(command, {
            signal,
            stdin,
            onStdout: (chunk) => void out.push(chunk),
            onStderr: (chunk) => void err.push(chunk),
          });
        expect(await run("cat; echo done >&2; exit 7", "what goes in")).toEqual({ kind: "exit", code: 7 });
        expect([Buffer.concat(out).toString(), Buffer.concat(err).toString()]).toEqual(["what goes in", "done\n"]);
        expect(await run('test "$STDIN" = absent')).toEqual({ kind: "exit", code: 0 });
        expect(await run("exit 137")).toEqual({ kind: "exit", code: 137 });

        const large = Buffer.alloc(3_000_000, "imgbuild");
        const sizes: number[] = [];
        const onProgress = (done: number): void => void sizes.push(done);
        await communicator.upload(() => Readable.from([large]), "large", {
          signal,
          mode: 0o640,
          size: large.length,
          onProgress,
        });
        expect(sizes.at(-1)).toBe(large.length);
        expect(statSync(join(root, "large")).mode & 0o777).toBe(0o640);
        const back = new PassThrough();
        const [bytes] = await Promise.all([
          collect(back),
          communicator.download("large", back, { signal }).then(() => back.end()),
        ]);
        expect(bytes.equals(large)).toBe(true);
        await expect(communicator.download("nowhere", new PassThrough(), { signal })).rejects.toThrow("no such file");

        writeFileSync(join(local, "leaf"), "leaf");
        await communicator.uploadDir(local, "copy", { signal });
        await communicator.downloadDir("copy", local, { signal });
        expect(readdirSync(join(local, "copy"))).toEqual(["leaf"]);
      },
    });
  });

  it("ends a command whose build is cancelled without waiting for it", async () => {
    const root = temporaryDirectory();
    const builder = remoteBuilder(await startProbe("builder"));
    await builder.prepare([{ root }], ask);
    const cancelled = new AbortController();
    await builder.run({
      ui: recordingUi(),
      signal: never,
      hook: async ({ communicator }) => {
        const command = communicator.exec("sleep 1", { signal: cancelled.signal });
        cancelled.abort(new Error("interrupted"));
        await expect(command).rejects.toThrow("interrupted");
      },
    });
  });

  it("says what is wrong with its configuration, one sentence each", async () => {
    const builder = remoteBuilder(await startProbe("builder"));
    const { problem } = await builder.prepare([{}], ask);
    expect(splitProblems(problem!)).toEqual(["root must be set", "and so must your mind"]);
  });

  it("takes cty values as often as it is asked, and says which type is wrong", async () => {
    const root = temporaryDirectory();
    const builder = remoteBuilder(await startProbe("builder"));
    const typed = (count: string | number, type: "string" | "number") =>
      encodeCtyJson({ root, count }, ["object", { root: "string", count: type }]);
    expect(await builder.prepare([{ packer_debug: "false" }, typed(3, "number")], ask)).toMatchObject({
      problem: undefined,
    });
    expect((await builder.prepare([typed("3", "string")], ask)).problem).toContain("number");
    expect(await builder.prepare([typed(4, "number")], ask)).toMatchObject({ problem: undefined });
  });

  it("fails with its own words, having cleaned up", async () => {
    const root = temporaryDirectory();
    const builder = remoteBuilder(await startProbe("builder"));
    await builder.prepare([{ root, misbehave: "run:error" }], ask);
    await expect(builder.run({ ui: recordingUi(), hook: nothing, signal: never })).rejects.toThrow(
      /^the probe was asked to fail in run$/,
    );
    expect(existsSync(join(root, "cleaned-up"))).toBe(true);
  });

  it("hears of a provisioner that failed, and asks for the cleaning one", async () => {
    const root = temporaryDirectory();
    const builder = remoteBuilder(await startProbe("builder"));
    await builder.prepare([{ root }], ask);
    const names: string[] = [];
    const hook = ({ name }: { name: string }): Promise<void> => {
      names.push(name);
      return Promise.reject(new Error(`${name} failed`));
    };
    await expect(builder.run({ ui: recordingUi(), hook, signal: never })).rejects.toThrow(
      "Cleanup failed: packer_cleanup_provision failed. Original Provisioning error: packer_provision failed",
    );
    expect(names).toEqual(["packer_provision", "packer_cleanup_provision"]);
  });

  it("makes no artifact where it makes none", async () => {
    const builder = remoteBuilder(await startProbe("builder"));
    await builder.prepare([{ root: temporaryDirectory(), misbehave: "no-artifact" }], ask);
    expect(await builder.run({ ui: recordingUi(), hook: nothing, signal: never })).toBeUndefined();
  });

  it("asks the user, and hears that nobody can answer", async () => {
    const builder = remoteBuilder(await startProbe("builder"));
    await builder.prepare([{ root: temporaryDirectory(), misbehave: "ask" }], ask);
    const ui = recordingUi(() => Promise.resolve("Ada"));
    await builder.run({ ui, hook: nothing, signal: never });
    expect(ui.lines).toContain("say hello Ada");
    const mute = recordingUi(() => Promise.reject(new Error("nobody can answer")));
    await expect(builder.run({ ui: mute, hook: nothing, signal: never })).rejects.toThrow("asking: nobody can answer");
  });
});

describe("cancelling a builder of a plugin", () => {
  it("stops what it does, lets it clean up, and gives no artifact", async () => {
    const root = temporaryDirectory();
    const builder = remoteBuilder(await startProbe("builder"));
    await builder.prepare([{ root, misbehave: "run:wait" }], ask);
    const cancelled = new AbortController();
    const ui = recordingUi();
    const running = builder.run({ ui, hook: nothing, signal: cancelled.signal });
    while (ui.lines.length === 0) await delay(10);
    cancelled.abort(new Error("interrupted"));
    expect(await running).toBeUndefined();
    expect(existsSync(join(root, "cleaned-up"))).toBe(true);
  });

  it("reaches the provisioner that is at work in its machine", async () => {
    const root = temporaryDirectory();
    const builder = remoteBuilder(await startProbe("builder"));
    await builder.prepare([{ root }], ask);
    const cancelled = new AbortController();
    const running = builder.run({
      ui: recordingUi(),
      signal: cancelled.signal,
      hook: ({ name, signal }) => {
        if (name !== "packer_provision") return nothing();
        cancelled.abort(new Error("interrupted"));
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
      },
    });
    expect(await running).toBeUndefined();
  });

  it("does not crash one that is only just beginning", async () => {
    for (let round = 0; round < 5; round++) {
      const root = temporaryDirectory();
      const plugin = await startProbe("builder");
      const builder = remoteBuilder(plugin);
      await builder.prepare([{ root, misbehave: "run:wait" }], ask);
      const cancelled = new AbortController();
      const running = builder.run({ ui: recordingUi(), hook: nothing, signal: cancelled.signal });
      cancelled.abort(new Error("interrupted"));
      expect(await running).toBeUndefined();
      await plugin.stop();
    }
  });

  it("starts nothing when it comes before", async () => {
    const builder = remoteBuilder(await startProbe("builder"));
    await builder.prepare([{ root: temporaryDirectory() }], ask);
    const signal = AbortSignal.abort(new Error("interrupted"));
    await expect(builder.run({ ui: recordingUi(), hook: nothing, signal })).rejects.toThrow("interrupted");
  });
});

describe("a provisioner of a plugin", () => {
  it("uses a communicator of ours in every way", async () => {
    const guest = temporaryDirectory();
    const root = temporaryDirectory();
    const provisioner = remoteProvisioner(await startProbe("provisioner"));
    const words = ["echo out; echo err >&2; exit 5", "cat", "kill -KILL $$"];
    expect(await provisioner.prepare([{ root, words }], ask)).toBeUndefined();
    const ui = recordingUi();
    const data = { ID: "x", Port: 22, SSHAgentAuth: false };
    await provisioner.provision({ ui, communicator: localCommunicator(guest), data, signal: never });
    expect(ui.lines.slice(0, -2)).toEqual([
      "say data: ID Port SSHAgentAuth",
      String.raw`say echo out; echo err >&2; exit 5 -> 5, "out\n", "err\n"`,
      'say cat -> 0, "what goes in", ""',
      'say kill -KILL $$ -> 137, "", ""',
      "say without streams -> 3",
      "say at once -> 3",
      "say the same comes back: true",
      "say what is not there: true",
      "say directories come back: 1",
    ]);
    expect(ui.lines.slice(-2).sort()).toEqual(["error and a complaint", "say to the user"]);
    expect(statSync(join(guest, "large.bin")).size).toBe(3_200_000);
    expect(statSync(join(guest, "script.sh")).mode & 0o777).toBe(0o750);
  });

  it("says what is wrong with its configuration", async () => {
    const provisioner = remoteProvisioner(await startProbe("provisioner"));
    expect(await provisioner.prepare([{ nosuch: 1 }], ask)).toContain("nosuch");
  });

  it("stops when it is cancelled", async () => {
    const provisioner = remoteProvisioner(await startProbe("provisioner"));
    await provisioner.prepare([{ root: temporaryDirectory(), misbehave: "provision:wait" }], ask);
    const cancelled = new AbortController();
    const communicator = localCommunicator(temporaryDirectory());
    const running = provisioner.provision({ ui: recordingUi(), communicator, data: {}, signal: cancelled.signal });
    cancelled.abort(new Error("interrupted"));
    await expect(running).rejects.toThrow("context canceled");
  });
});

describe("a post-processor of a plugin", () => {
  it("reads an artifact of ours, and makes one of its own", async () => {
    const root = temporaryDirectory();
    const postProcessor = remotePostProcessor(await startProbe("post-processor"));
    expect(await postProcessor.configure([{ root }], ask)).toBeUndefined();
    const artifact = testArtifact({ files: ["/a"], state: { generated_data: { A: "b" } } });
    const result = await postProcessor.process({ ui: recordingUi(), artifact, signal: never });
    expect(result).toMatchObject({ keepInput: true, overridesUser: false });
    expect(readFileSync(join(root, "stamp"), "utf8")).toBe("test.builder|VM|a test artifact|[/a]|map[A:b]|<nil>");
    expect(await result.artifact!.read([])).toMatchObject({ files: [join(root, "stamp")] });
  });

  it("gives back the artifact it was given, which it still asks us about", async () => {
    const postProcessor = remotePostProcessor(await startProbe("post-processor"));
    await postProcessor.configure([{ root: temporaryDirectory(), misbehave: "same" }], ask);
    const artifact = testArtifact({ files: ["/a"] });
    const result = await postProcessor.process({ ui: recordingUi(), artifact, signal: never });
    expect(result).toMatchObject({ keepInput: true, overridesUser: true });
    expect(await result.artifact!.read([])).toMatchObject({ builderId: "test.builder", files: ["/a"] });
  });

  it("destroys an artifact of ours, or hears why it cannot", async () => {
    const postProcessor = remotePostProcessor(await startProbe("post-processor"));
    await postProcessor.configure([{ root: temporaryDirectory(), enabled: true }], ask);
    let destroyed = 0;
    const good = testArtifact({ destroy: () => Promise.resolve(void destroyed++) });
    await postProcessor.process({ ui: recordingUi(), artifact: good, signal: never });
    expect(destroyed).toBe(1);
    const bad = testArtifact({ destroy: () => Promise.reject(new Error("it is in use")) });
    await expect(postProcessor.process({ ui: recordingUi(), artifact: bad, signal: never })).rejects.toThrow("in use");
  });

  it("ends the chain, or fails with its own words", async () => {
    const root = temporaryDirectory();
    const run = async (misbehave: string) => {
      const postProcessor = remotePostProcessor(await startProbe("post-processor"));
      await postProcessor.configure([{ root, misbehave }], ask);
      return postProcessor.process({ ui: recordingUi(), artifact: testArtifact(), signal: never });
    };
    expect(await run("nothing")).toEqual({ artifact: undefined, keepInput: false, overridesUser: false });
    await expect(run("process:error")).rejects.toThrow(/^the probe was asked to fail in process$/);
  });

  it("stops when it is cancelled", async () => {
    const postProcessor = remotePostProcessor(await startProbe("post-processor"));
    await postProcessor.configure([{ misbehave: "process:wait" }], ask);
    const cancelled = new AbortController();
    const running = postProcessor.process({ ui: recordingUi(), artifact: testArtifact(), signal: cancelled.signal });
    cancelled.abort(new Error("interrupted"));
    await expect(running).rejects.toThrow("context canceled");
  });
});

describe("a data source of a plugin", () => {
  it("tells what it gives, and gives it", async () => {
    const source = remoteDataSource(await startProbe("datasource"));
    const outputs = await source.outputSpec(ask);
    expect(outputs.attributes["words"]).toEqual({ type: ["list", "string"], required: false });
    expect(
      await source.configure([encodeCtyJson({ root: "here" }, ["object", { root: "string" }])], ask),
    ).toBeUndefined();
    expect(await source.execute(ask)).toEqual({
      type: [
        "object",
        {
          disk: ["list", ["object", { size: "number" }]],
          labels: ["map", "string"],
          name: "string",
          words: ["list", "string"],
        },
      ],
      value: {
        name: "here",
        words: ["a", null],
        labels: { k: "v" },
        disk: [{ size: 123456789012345678901n }, { size: 0.5 }],
      },
    });
  });

  it("says what is wrong with its configuration, and fails with its own words", async () => {
    const source = remoteDataSource(await startProbe("datasource"));
    expect(await source.configure([{ nosuch: 1 }], ask)).toContain("nosuch");
    const failing = remoteDataSource(await startProbe("datasource"));
    await failing.configure([{ misbehave: "execute:error" }], ask);
    await expect(failing.execute(ask)).rejects.toThrow(/^the probe was asked to fail in execute$/);
  });
});

describe("the bundled command", () => {
  it("has a thread for plugins, as a file of its own", async () => {
    const [file] = readdirSync("dist/parts").filter((name) => name.startsWith("plugin-thread-"));
    const host = createPluginHost({ startThread: () => new Worker(resolve("dist/parts", file!)) });
    onTestFinished(() => host.close());
    const component = {
      path: probePlugin(),
      plugin: "probe",
      kind: "datasource",
      name: "nested",
      protobuf: true,
    } as const;
    const plugin = await host.start(component, { env: process.env, cwd: process.cwd(), signal: never });
    const source = remoteDataSource(plugin);
    await source.configure([{ root: "here" }], ask);
    expect((await source.execute(ask)).value).toMatchObject({ name: "here" });
    await plugin.stop();
  });
});

async function collect(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}
