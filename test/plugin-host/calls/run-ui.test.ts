import { describe, expect, it } from "vitest";
import { runUi } from "../../../src/plugin-host/calls/run-ui.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";

describe("runUi", () => {
  it("shows each line that a plugin says, and its complaints as lines on standard error", async () => {
    const run = await createRecordingRun();
    const ui = runUi(run);
    await ui.say("one\ntwo\n");
    await ui.error("a complaint");
    await ui.say("");
    expect(run.said()).toEqual(["one", "two", ""]);
    expect(run.events).toContainEqual({ kind: "output", build: run.build.name, stream: "stderr", text: "a complaint" });
  });

  it("makes a bar of a transfer, named after its file", async () => {
    const run = await createRecordingRun();
    const bar = runUi(run).trackProgress({ source: "https://x/y/disk.iso?token=z", current: 10, total: 30 });
    bar.add(15);
    bar.add(5);
    bar.close();
    const progress = { kind: "progress", build: run.build.name, label: "disk.iso", total: 30, unit: "bytes" };
    expect(run.events).toEqual([
      { ...progress, done: 25 },
      { ...progress, done: 30 },
    ]);
  });

  it("ends a bar whose length was never known", async () => {
    const run = await createRecordingRun();
    const bar = runUi(run).trackProgress({ source: "x", current: 0, total: 0 });
    bar.add(7);
    bar.close();
    expect(run.events.at(-1)).toMatchObject({ kind: "progress", done: 7, total: 7 });
  });

  it("tells a plugin that nobody can answer", async () => {
    const run = await createRecordingRun();
    await expect(runUi(run).ask("who are you?")).rejects.toThrow("nobody can answer");
  });
});
