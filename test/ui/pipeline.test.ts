import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { BuildEvent } from "../../src/sdk/event.ts";
import { createPipeline, type PipelineOptions } from "../../src/ui/pipeline.ts";
import { createRedactor } from "../../src/ui/redact.ts";
import { createSink } from "../../src/ui/sink.ts";
import { createRecordingRenderer } from "../helper/events.ts";

const clock = { now: () => 0, monotonic: () => performance.now() };

function pipelineWith(secrets: readonly string[], options: Partial<PipelineOptions> = {}) {
  const redactor = createRedactor();
  for (const secret of secrets) redactor.add(secret);
  const recorder = createRecordingRenderer();
  return { recorder, redactor, pipeline: createPipeline({ renderers: [recorder], redactor, clock, ...options }) };
}

const output = (text: string, build = "file.a"): BuildEvent => ({ kind: "output", build, stream: "stdout", text });
const textsOf = (events: readonly BuildEvent[]): string[] =>
  events.map((event) => ("text" in event ? event.text : event.kind));

describe("createPipeline", () => {
  it("numbers events, and masks every text in them but its own vocabulary", () => {
    const { pipeline, recorder } = pipelineWith(["succeeded", "topsecret"]);
    pipeline.emit({ kind: "say", build: "file.topsecret", text: "topsecret" });
    pipeline.emit({ kind: "step-finished", build: "a", step: "topsecret", outcome: "succeeded", durationMs: 1 });
    expect(recorder.stamped.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(recorder.events()).toEqual([
      { kind: "say", build: "file.<sensitive>", text: "<sensitive>" },
      { kind: "step-finished", build: "a", step: "<sensitive>", outcome: "succeeded", durationMs: 1 },
    ]);
  });

  it("masks a secret that a command prints over two lines", () => {
    const { pipeline, recorder } = pipelineWith(["correcthorsebattery"]);
    pipeline.emit(output("key: correcthors"));
    pipeline.emit(output("ebattery end"));
    expect(textsOf(recorder.events())).toEqual(["key: <sensitive>", "<sensitive> end"]);
  });

  it("keeps the builds apart when it looks for secrets over lines", () => {
    const { pipeline, recorder } = pipelineWith(["correcthorsebattery"]);
    pipeline.emit(output("key: correcthors"));
    pipeline.emit(output("other", "file.b"));
    pipeline.emit(output("ebattery"));
    expect(textsOf(recorder.events())).toEqual(["other", "key: <sensitive>", "<sensitive>"]);
  });

  it("shows a line that is held back before what is said next of its build, half a secret masked", () => {
    const { pipeline, recorder } = pipelineWith(["correcthorsebattery"]);
    pipeline.emit(output("key: correcthors"));
    pipeline.emit({ kind: "say", build: "file.a", text: "next" });
    pipeline.emit(output("ebattery"));
    expect(textsOf(recorder.events())).toEqual(["key: <sensitive>", "next", "<sensitive>"]);
  });

  it("shows a line that is held back after a moment", async () => {
    const { pipeline, recorder } = pipelineWith(["correcthorsebattery"]);
    pipeline.emit(output("ends with corr"));
    expect(recorder.events()).toEqual([]);
    await expect.poll(() => textsOf(recorder.events())).toEqual(["ends with corr"]);
    await pipeline.close();
  });

  it("masks a secret in bytes that come in pieces", async () => {
    const { pipeline, recorder } = pipelineWith(["geheimnisträger"]);
    const bytes = Buffer.from("x geheimnisträger y");
    for (let at = 0; at < bytes.length; at += 3)
      pipeline.emit({ kind: "raw-output", build: "a", bytes: bytes.subarray(at, at + 3) });
    await pipeline.close();
    const shown = recorder
      .events()
      .map((event) => (event.kind === "raw-output" ? Buffer.from(event.bytes).toString() : "?"));
    expect(shown.join("")).toBe("x <sensitive> y");
  });

  it("masks a secret in the excerpt of a diagnostic, and moves no column", () => {
    const { pipeline, recorder } = pipelineWith(["hunter22"]);
    const text = 'password = "hunter22"\nport = "x"\n';
    const subject = { file: { name: "t.pkr.hcl", text }, start: text.indexOf('"x"'), end: text.indexOf('"x"') + 3 };
    pipeline.emit({
      kind: "diagnostic",
      diagnostic: { severity: "error", code: "c", summary: "s hunter22", detail: "d", subject },
    });
    expect(recorder.events()[0]).toMatchObject({
      diagnostic: {
        summary: "s <sensitive>",
        subject: { start: subject.start, file: { text: 'password = "********"\nport = "x"\n' } },
      },
    });
  });

  it("warns once of secrets too short to mask inside words", () => {
    const { pipeline, recorder } = pipelineWith(["ab"]);
    pipeline.emit({ kind: "say", text: "cab ab" });
    pipeline.emit({ kind: "say", text: "more" });
    expect(textsOf(recorder.events())).toEqual([
      "A sensitive value has fewer than 4 characters: masked only where it is a word of its own.",
      "cab <sensitive>",
      "more",
    ]);
  });

  it("goes on without a renderer that throws, and says so", () => {
    const { pipeline, recorder } = pipelineWith([], {
      renderers: [],
    });
    const broken = {
      render: () => {
        throw new Error("no paper");
      },
    };
    const mended = createPipeline({ renderers: [broken, recorder], redactor: createRedactor(), clock });
    mended.emit({ kind: "say", text: "one" });
    expect(textsOf(recorder.events())).toEqual(["One kind of output stopped: no paper", "one"]);
    pipeline.emit({ kind: "say", text: "nobody reads this" });
  });

  it("says of a silent build which step it is at", async () => {
    const { pipeline, recorder } = pipelineWith([], { heartbeatMs: 30 });
    pipeline.emit({ kind: "step-started", build: "file.a", step: "connect" });
    await expect
      .poll(() => recorder.events().find((event) => event.kind === "waiting"))
      .toMatchObject({ build: "file.a", what: "connect" });
    pipeline.emit({ kind: "step-finished", build: "file.a", step: "connect", outcome: "succeeded", durationMs: 1 });
    const count = recorder.events().length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(recorder.events().length).toBe(count);
    await pipeline.close();
  });
});

describe("createSink", () => {
  it("goes on when the reader is gone", async () => {
    const stream = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error("EPIPE"), { code: "EPIPE" })),
    });
    const sink = createSink(stream);
    sink.write("one\n");
    await expect.poll(() => sink.isGone).toBe(true);
    sink.write("two\n");
    await sink.ready();
    await sink.close();
  });

  it("holds producers back while the reader is slow", async () => {
    const waiting: (() => void)[] = [];
    const stream = new Writable({ write: (_chunk, _encoding, done) => void waiting.push(done) });
    const sink = createSink(stream);
    sink.write("x".repeat(2 * 1024 * 1024));
    let isReady = false;
    const ready = sink.ready()!.then(() => (isReady = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isReady).toBe(false);
    waiting.shift()!();
    await ready;
  });
});
