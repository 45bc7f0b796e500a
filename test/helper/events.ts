import type { BuildEvent } from "../../src/sdk/event.ts";
import type { Renderer, StampedEvent } from "../../src/ui/renderer.ts";
import type { Sink } from "../../src/ui/sink.ts";

/** 2026-01-02T03:04:05.678Z: the time of every event in renderer tests. */
export const EVENT_TIME = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** A sink that remembers what was written. */
export function createMemorySink(): Sink & { readonly text: () => string } {
  let text = "";
  return {
    text: () => text,
    write: (part) => void (text += part),
    ready: () => Promise.resolve(),
    close: () => Promise.resolve(),
    isGone: false,
  };
}

/** Feeds events to a renderer, each with the next number and the same time. */
export function renderAll(renderer: Renderer, events: readonly BuildEvent[]): void {
  events.forEach((event, index) => renderer.render({ sequence: index + 1, time: EVENT_TIME, event }));
}

/** A renderer that remembers the events it got. */
export function createRecordingRenderer(): Renderer & { readonly stamped: StampedEvent[]; events(): BuildEvent[] } {
  const stamped: StampedEvent[] = [];
  return { stamped, events: () => stamped.map(({ event }) => event), render: (event) => void stamped.push(event) };
}

const artifact = {
  builderId: "packer.file",
  id: "File",
  description: "Stored file: out/a",
  files: [{ path: "out/a", size: 1536, sha256: "ab".repeat(32) }],
};

/** One of every kind: a run of two builds, of which one fails. */
export const everyEvent: readonly BuildEvent[] = [
  {
    kind: "run-started",
    runId: "11111111-2222-4333-8444-555555555555",
    builds: ["file.a", "file.b"],
    template: "t.pkr.hcl",
  },
  {
    kind: "diagnostic",
    diagnostic: {
      severity: "warning",
      code: "old-name",
      summary: "Old name",
      detail: "Use the new one.",
      subject: { file: { name: "t.pkr.hcl", text: 'source "file" "a" {\n  old = 1\n}\n' }, start: 22, end: 25 },
    },
  },
  { kind: "build-started", build: "file.a" },
  { kind: "build-started", build: "file.b" },
  { kind: "step-started", build: "file.a", step: "write file" },
  { kind: "say", build: "file.a", text: "Writing out/a" },
  { kind: "say", text: "of the run" },
  { kind: "progress", build: "file.a", label: "Writing", done: 512, total: 1536, unit: "bytes" },
  { kind: "progress", build: "file.a", label: "Writing", done: 1536, total: 1536, unit: "bytes" },
  { kind: "output", build: "file.b", stream: "stdout", text: "hello, world" },
  { kind: "output", build: "file.b", stream: "stderr", text: "oops" },
  { kind: "raw-output", build: "file.b", bytes: new Uint8Array([104, 105, 255, 10]) },
  { kind: "warning", build: "file.a", text: "not good" },
  { kind: "waiting", build: "file.b", what: "SSH", elapsedMs: 720_000, limitMs: 1_800_000 },
  { kind: "debug", build: "file.a", topic: "command", text: "true", details: { code: 0 } },
  { kind: "step-finished", build: "file.a", step: "write file", outcome: "succeeded", durationMs: 12.5 },
  { kind: "post-processor-started", build: "file.a", type: "manifest" },
  { kind: "say", build: "file.a", postProcessor: "manifest", text: "Writing manifest.json" },
  { kind: "artifact", build: "file.a", artifact },
  {
    kind: "build-finished",
    build: "file.b",
    outcome: "failed",
    durationMs: 65_432,
    error: "The disk is full",
    artifacts: [],
    steps: [],
    logPath: "/state/file.b.log",
    leftovers: [{ description: "directory out/b", manualCommand: "rm -r -- 'out/b'" }],
  },
  { kind: "error", build: "file.b", text: "The disk is full\nCause: ENOSPC", hint: "Make room." },
  { kind: "cleanup-started", build: "file.b", what: "directory out/b" },
  {
    kind: "cleanup-failed",
    build: "file.b",
    what: "directory out/b",
    message: "busy",
    manualCommand: "rm -r -- 'out/b'",
  },
  {
    kind: "build-finished",
    build: "file.a",
    outcome: "succeeded",
    durationMs: 15.65,
    artifacts: [artifact],
    steps: [
      { step: "write file", durationMs: 12.5 },
      { step: "provision", durationMs: 1000 },
      { step: "provision", durationMs: 2000 },
    ],
    logPath: "/state/file.a.log",
    leftovers: [],
  },
  { kind: "run-finished", runId: "11111111-2222-4333-8444-555555555555", outcome: "failed", durationMs: 66_000 },
];
