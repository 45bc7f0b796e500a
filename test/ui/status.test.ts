import { describe, expect, it } from "vitest";
import type { BuildEvent } from "../../src/sdk/event.ts";
import { createHumanRenderer } from "../../src/ui/human.ts";
import { createLiveStatus } from "../../src/ui/live-status.ts";
import { createStatus } from "../../src/ui/status.ts";
import { createTransferRate } from "../../src/ui/transfer-rate.ts";
import { clockDuration } from "../../src/ui/words.ts";
import { createMemorySink, renderAll } from "../helper/events.ts";

const build = "qemu.debian";
const started = (step: string): BuildEvent => ({ kind: "step-started", build, step });
const finished = (step: string): BuildEvent => ({
  kind: "step-finished",
  build,
  step,
  outcome: "succeeded",
  durationMs: 1,
});
const progress = (done: number, total?: number, unit: "bytes" | "items" = "bytes"): BuildEvent => ({
  kind: "progress",
  build,
  label: "Downloading ISO",
  done,
  total,
  unit,
});

/** The lines after events at these times, asked for at the time of the last entry. */
function linesAfter(...events: readonly (readonly [time: number, event?: BuildEvent])[]): readonly string[] {
  const status = createStatus();
  for (const [time, event] of events) if (event) status.saw(event, time);
  return status.lines(events.at(-1)![0]);
}

describe("createStatus", () => {
  it("says which step runs, and since when; nothing of what is over in a moment", () => {
    expect(linesAfter([0, started("create disk")], [900])).toEqual([]);
    expect(linesAfter([0, started("create disk")], [65_400])).toEqual(["    qemu.debian: create disk, 1 min 5 s"]);
    expect(linesAfter([0, started("create disk")], [5, finished("create disk")], [9000])).toEqual([]);
  });

  it("says what is waited for, and for how long at most", () => {
    const wait: BuildEvent = { kind: "waiting", build, what: "SSH", elapsedMs: 0, limitMs: 300_000 };
    const lines = linesAfter([0, started("connect to the machine")], [1000, wait], [126_000]);
    expect(lines).toEqual(["    qemu.debian: connect to the machine: SSH, 2 min 5 s of 5 min"]);
    const { limitMs: _, ...endless } = wait;
    const later = linesAfter([0, started("finish")], [61_000, { ...endless, elapsedMs: 60_000 }], [62_000]);
    expect(later).toEqual(["    qemu.debian: finish: SSH, 1 min 1 s"]);
  });

  it("shows the innermost step, then the one around it again", () => {
    const around = [
      [0, started("outer")],
      [10_000, started("inner")],
    ] as const;
    expect(linesAfter(...around, [13_000])).toEqual(["    qemu.debian: inner, 3 s"]);
    expect(linesAfter(...around, [13_000, finished("inner")], [14_000])).toEqual(["    qemu.debian: outer, 14 s"]);
  });

  it("shows how fast a transfer is and when it will be over", () => {
    const MiB = 1024 ** 2;
    const lines = linesAfter(
      [0, started("download")],
      [0, progress(0, 1000 * MiB)],
      [5000, progress(250 * MiB, 1000 * MiB)],
    );
    expect(lines).toEqual([
      "    qemu.debian: [========                      ] Downloading ISO: 25% (250 MiB of 1000 MiB), 50.0 MiB/s, 15 s left",
    ]);
    const unknown = linesAfter([0, progress(0)], [2000, progress(2 * MiB)]);
    expect(unknown).toEqual(["    qemu.debian: Downloading ISO: 2.0 MiB, 1.0 MiB/s"]);
    const items = linesAfter([0, progress(0, 10, "items")], [2000, progress(5, 10, "items")]);
    expect(items[0]).toMatch(/50% \(5 of 10\), 2 s left$/);
  });

  it("forgets a transfer that is complete, or whose step has ended", () => {
    expect(linesAfter([0, progress(1, 2)], [1, progress(2, 2)], [2000])).toEqual([]);
    expect(linesAfter([0, started("download")], [1, progress(1, 2)], [2, finished("download")], [9000])).toEqual([]);
  });

  it("has a line for each build, and none for those that have ended", () => {
    const other = { kind: "step-started", build: "b", step: "export" } as const;
    const ended = { outcome: "succeeded", durationMs: 1, artifacts: [], steps: [], leftovers: [] } as const;
    const both = [
      [0, started("connect")],
      [0, other],
    ] as const;
    expect(linesAfter(...both, [2000])).toEqual(["    qemu.debian: connect, 2 s", "    b: export, 2 s"]);
    const last = linesAfter(...both, [1, { kind: "build-finished", build, ...ended }], [2000]);
    expect(last).toEqual(["    b: export, 2 s"]);
    const over: BuildEvent = { kind: "run-finished", runId: "r", outcome: "succeeded", durationMs: 1 };
    expect(linesAfter(...both, [1, over], [2000])).toEqual([]);
  });

  it("says what is being cleaned up", () => {
    const cleaning: BuildEvent = { kind: "cleanup-started", build, what: "machine debian" };
    expect(linesAfter([0, started("x")], [1, cleaning], [3001])).toEqual([
      "    qemu.debian: cleaning up: machine debian, 3 s",
    ]);
  });
});

describe("createTransferRate", () => {
  it("is that of the last seconds", () => {
    const rate = createTransferRate();
    expect(rate.perSecond()).toBeUndefined();
    for (let second = 0; second <= 60; second++) rate.add(second * 10, second * 1000);
    for (let second = 61; second <= 80; second++) rate.add(600 + (second - 60) * 1000, second * 1000);
    expect(rate.perSecond()).toBeCloseTo(1000);
  });

  it("begins anew when less is done than before, and knows nothing of a short stretch", () => {
    const rate = createTransferRate();
    rate.add(0, 0);
    rate.add(500, 500);
    expect(rate.perSecond()).toBeUndefined();
    rate.add(5000, 5000);
    expect(rate.perSecond()).toBe(1000);
    rate.add(0, 6000);
    expect(rate.perSecond()).toBeUndefined();
  });

  it("keeps few samples, however many come", () => {
    const rate = createTransferRate();
    for (let ms = 0; ms <= 20_000; ms++) rate.add(ms, ms);
    expect(rate.perSecond()).toBeCloseTo(1000, 0);
  });
});

describe("createLiveStatus", () => {
  it("is silent while somebody is asked, and comes back", () => {
    const shown: (readonly string[])[] = [];
    const live = createLiveStatus((lines) => shown.push(lines), { monotonic: () => 0 });
    live.saw(progress(1, 2));
    live.quiet(true);
    live.saw(progress(1.5, 2));
    live.quiet(false);
    live.stop();
    expect(shown.map((lines) => lines.length)).toEqual([1, 0, 1]);
  });
});

describe("a terminal", () => {
  const shown = (progress: "bars" | "lines", colour: boolean) => {
    const sink = createMemorySink();
    const output = { line: (text: string) => sink.write(`${text}\n`), setStatus: () => {} };
    const clock = { monotonic: () => 0 };
    renderAll(createHumanRenderer({ sink, output, colour, timestamps: false, progress, clock }), [
      { kind: "say", build, text: "ours" },
      { kind: "output", build, stream: "stdout", text: "the guest's" },
      { kind: "output", build, stream: "stderr", text: "its complaint" },
    ]);
    return sink.text();
  };

  it("tells what commands print from what imgbuild says; pipes have Packer's form", () => {
    expect(shown("bars", false)).toBe(
      "==> qemu.debian: ours\n    qemu.debian: the guest's\n    qemu.debian: its complaint\n",
    );
    expect(shown("bars", true)).toBe(
      "\u001b[1;32m==> qemu.debian: ours\u001b[0m\n\u001b[32m    qemu.debian: the guest's\u001b[0m\n\u001b[31m    qemu.debian: its complaint\u001b[0m\n",
    );
    expect(shown("lines", false)).toBe(
      "==> qemu.debian: ours\n==> qemu.debian: the guest's\n==> qemu.debian: its complaint\n",
    );
  });
});

it("the home directory is ~ in details on a terminal", () => {
  const sink = createMemorySink();
  const output = { line: (text: string) => sink.write(`${text}\n`), setStatus: () => {} };
  const options = { colour: false, timestamps: false, clock: { monotonic: () => 0 }, home: "/home/me" } as const;
  const step = { what: "null builder", logPath: "/home/me/state/x.log" };
  for (const progress of ["bars", "lines"] as const)
    renderAll(createHumanRenderer({ sink, output, progress, ...options }), [
      { kind: "error", build, text: "/home/me/x failed", step },
    ]);
  const lines = (log: string) =>
    `==> ${build}: /home/me/x failed\n==> ${build}: This was the null builder.\n==> ${build}: The log is ${log}\n`;
  expect(sink.text()).toBe(lines("~/state/x.log") + lines("/home/me/state/x.log"));
});

describe("clockDuration", () => {
  it.each([
    [0, "0 s"],
    [999, "0 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [125_000, "2 min 5 s"],
    [3_600_000, "1 h"],
    [3_605_000, "1 h"],
    [3_900_000, "1 h 5 min"],
  ])("%i: %s", (ms, expected) => expect(clockDuration(ms)).toBe(expected));
});
