import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sleep } from "../../src/lib/retry.ts";
import { ConnectionLost } from "../../src/sdk/error.ts";
import { watchedRun, type MachineWatch } from "../../src/steps/watched-run.ts";
import { createRecordingRun } from "../helper/recording-run.ts";

const picture = Buffer.from("PNG");

function watchOf(parts: Partial<MachineWatch> = {}): MachineWatch {
  return { screenshot: () => Promise.resolve(picture), lost: new AbortController().signal, ...parts };
}

const failing = () => Promise.reject(new Error("no luck"));

describe("watchedRun", () => {
  it("leaves a screenshot of a failed step beside the log and says where", async () => {
    const run = await createRecordingRun();
    await expect(watchedRun(run, watchOf()).step("type boot command", failing)).rejects.toThrow("no luck");
    const path = join(run.directories.log, "test.example-type-boot-command.png");
    expect(await readFile(path)).toEqual(picture);
    expect(run.said()).toEqual([`The machine's screen at that moment: ${path}`]);
  });

  it("takes one picture of one failure, however deep the step", async () => {
    const run = await createRecordingRun();
    const watched = watchedRun(run, watchOf());
    await expect(watched.step("outer", () => watched.step("inner", failing))).rejects.toThrow("no luck");
    expect(await readdir(run.directories.log)).toEqual(["test.example-inner.png"]);
  });

  it("takes one when provisioning fails", async () => {
    const run = await createRecordingRun({ provision: failing });
    const machine = { communicator: {} as never, data: {} };
    await expect(watchedRun(run, watchOf()).provision(machine)).rejects.toThrow("no luck");
    expect(await readdir(run.directories.log)).toEqual(["test.example-provision.png"]);
  });

  it.each<[what: string, screenshot: MachineWatch["screenshot"]]>([
    ["has no screen", () => Promise.resolve(undefined)],
    ["does not answer", () => Promise.reject(new Error("closed"))],
  ])("reports the failure itself when the machine %s", async (_, screenshot) => {
    const run = await createRecordingRun();
    await expect(watchedRun(run, watchOf({ screenshot })).step("connect", failing)).rejects.toThrow("no luck");
    expect(run.said()).toEqual([]);
  });

  it("ends a step at once when the machine is lost, with the reason of that", async () => {
    const run = await createRecordingRun();
    const lost = new AbortController();
    const watched = watchedRun(run, watchOf({ lost: lost.signal }));
    const waiting = watched.step("connect", ({ signal }) => sleep(60_000, signal));
    lost.abort(new Error("QEMU ended"));
    await expect(waiting).rejects.toThrow("QEMU ended");
  });

  it("names the lost machine as the cause, whatever the step saw of it", async () => {
    const run = await createRecordingRun({ provision: failing });
    const watched = watchedRun(run, watchOf({ lost: AbortSignal.abort(new Error("QEMU ended")) }));
    await expect(watched.provision({ communicator: {} as never, data: {} })).rejects.toThrow("QEMU ended");
  });

  it("waits a moment after a broken connection: the machine may be switching itself off", async () => {
    const lost = new AbortController();
    const run = await createRecordingRun({
      provision: () => {
        setTimeout(() => lost.abort(new Error("the guest switched itself off")), 50);
        return Promise.reject(new ConnectionLost("the script lost the connection"));
      },
    });
    const watched = watchedRun(run, watchOf({ lost: lost.signal }));
    await expect(watched.provision({ communicator: {} as never, data: {} })).rejects.toThrow("switched itself off");
  });

  it("takes no picture of an interrupted build", async () => {
    const run = await createRecordingRun();
    const waiting = watchedRun(run, watchOf()).step("connect", ({ signal }) => sleep(60_000, signal));
    run.cancel();
    await expect(waiting).rejects.toThrow("interrupted");
    expect(run.said()).toEqual([]);
  });

  it("is otherwise the run it attends", async () => {
    const run = await createRecordingRun();
    const watched = watchedRun(run, watchOf());
    watched.say("hello");
    expect(watched.runId).toBe(run.runId);
    expect(run.said()).toEqual(["hello"]);
    expect(await watched.step("add", () => Promise.resolve(1 + 1))).toBe(2);
  });
});
