import { describe, expect, it } from "vitest";
import { createSilentCommunicator } from "../../../../src/plugins/packer/builders/file/silent-communicator.ts";
import { provisioner as breakpoint } from "../../../../src/plugins/packer/provisioners/breakpoint.ts";
import { provisioner as sleep } from "../../../../src/plugins/packer/provisioners/sleep.ts";
import { configOf, issuesOf } from "../../../helper/decode-config.ts";
import { createRecordingRun } from "../../../helper/recording-run.ts";

const machine = { communicator: createSilentCommunicator(), data: {} };

describe("sleep", () => {
  it("waits as long as asked", async () => {
    const run = await createRecordingRun();
    const started = performance.now();
    await sleep.provision(run, configOf(sleep.schema, { duration: "50ms" }), machine);
    expect(performance.now() - started).toBeGreaterThan(45);
  });

  it("ends at once when interrupted", async () => {
    const run = await createRecordingRun();
    setTimeout(() => run.cancel(new Error("Interrupted")), 10);
    await expect(sleep.provision(run, configOf(sleep.schema, { duration: "1h" }), machine)).rejects.toThrow(
      "Interrupted",
    );
  });

  it("refuses what is no duration", () => {
    expect(issuesOf(sleep.schema, { duration: "soon" })).toMatchObject([
      { code: "invalid-argument", path: ["duration"] },
    ]);
  });
});

describe("breakpoint", () => {
  it("waits for the user and says the note", async () => {
    const asked: string[] = [];
    const run = await createRecordingRun();
    const terminal = Object.assign(run, { waitForUser: (text: string) => (asked.push(text), Promise.resolve(true)) });
    await breakpoint.provision(terminal, configOf(breakpoint.schema, { note: "look" }), machine);
    expect(asked).toEqual(["Breakpoint (look)."]);
    expect(run.warnings()).toEqual([]);
  });

  it("names the machine, where there is a connection to one", async () => {
    for (const [address, said] of [
      ["127.0.0.1:22", "Breakpoint. The machine is reachable at 127.0.0.1:22"],
      ["none", "Breakpoint"],
    ] as const) {
      const run = await createRecordingRun();
      const communicator = { ...machine.communicator, address };
      await breakpoint.provision(run, configOf(breakpoint.schema, {}), { ...machine, communicator });
      expect(run.said()).toEqual([said]);
    }
  });

  it("goes on without a terminal, and says so", async () => {
    const run = await createRecordingRun();
    await breakpoint.provision(run, configOf(breakpoint.schema, {}), machine);
    expect(run.warnings()).toEqual(["Nobody can press enter without a terminal: going on."]);
  });

  it("does nothing when disabled", async () => {
    const run = await createRecordingRun();
    await breakpoint.provision(run, configOf(breakpoint.schema, { disable: true, note: "x" }), machine);
    expect(run.said()).toEqual(["Breakpoint (x) is disabled"]);
    expect(run.warnings()).toEqual([]);
  });
});
