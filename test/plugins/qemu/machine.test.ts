import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startMachine } from "../../../src/plugins/qemu/machine.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

/** A program that ends well and says nothing, as QEMU does when its guest was off before anybody could connect. */
async function startOff({ endsByItself }: { endsByItself: boolean }) {
  const run = await createRecordingRun();
  const directory = temporaryDirectory();
  const socket = (name: string): string => join(directory, name);
  const sockets = { control: socket("c"), screen: socket("s"), memory: socket("m"), tpm: socket("t"), mark: "test" };
  const start = { name: "m", binary: "true", args: [], sockets, endsByItself };
  return run.step("start machine", (step) => startMachine(run, step, start));
}

describe("startMachine, where the machine is off before it answers", () => {
  it("has a machine that has ended, where the guest ends by itself", async () => {
    const machine = await startOff({ endsByItself: true });
    expect(await machine.exited).toMatchObject({ code: 0 });
    expect(machine.lost.aborted).toBe(false);
    await expect(machine.qmp.execute("query-status")).rejects.toMatchObject({ errorClass: "Disconnected" });
  });

  it("says what happened where somebody was to log in", async () => {
    await expect(startOff({ endsByItself: false })).rejects.toThrow("switched itself off as soon as it was started");
  });
});
