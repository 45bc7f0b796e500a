import { expect } from "vitest";
import { chooseAccelerator } from "../../src/plugins/qemu/accelerator.ts";
import { guestRuns } from "../../src/plugins/qemu/guest-runs.ts";
import { qemuConfig } from "../plugins/qemu/qemu-config.ts";
import { needs } from "../helper/need.ts";
import { createRecordingRun } from "../helper/recording-run.ts";

const withQemu = needs("qemu-system-x86_64", "qemu-system-x86");

withQemu("a throw-away guest gets through the probe where the accelerator works", async () => {
  const run = await createRecordingRun();
  // Emulation works everywhere: it stands in for hardware virtualisation that does.
  expect(await guestRuns(run, qemuConfig(), "tcg" as "kvm", run.signal)).toBe(true);
});

withQemu("what runs a guest is chosen, and the answer remembered", async () => {
  const run = await createRecordingRun();
  const first = await chooseAccelerator(run, qemuConfig(), run.signal);
  expect(["kvm", "tcg"]).toContain(first.accelerator);
  const started = performance.now();
  expect(await chooseAccelerator(run, qemuConfig(), run.signal)).toEqual(first);
  expect(performance.now() - started).toBeLessThan(100);
});

withQemu("a choice of the user's is not questioned", async () => {
  const run = await createRecordingRun();
  expect(await chooseAccelerator(run, qemuConfig({ accelerator: "xen" }), run.signal)).toEqual({ accelerator: "xen" });
});
