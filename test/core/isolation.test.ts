import { AsyncResource } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { attributeCrash } from "../../src/core/run/crash.ts";
import { sleep } from "../../src/lib/retry.ts";
import { testArtifact } from "../helper/recording-run.ts";
import { createTestRun, testBuild } from "../helper/test-session.ts";

describe("builds beside each other", () => {
  it.each([
    [
      "an error",
      new TypeError("x is undefined"),
      "TypeError: x is undefined (this is a bug in imgbuild, please report it)",
    ],
    ["a string", "just text", "just text"],
    ["undefined", undefined, "undefined"],
  ])("one that throws %s does not touch the others", async (_, thrown, expected) => {
    const { run } = createTestRun();
    const result = await run(
      testBuild({
        name: "bad",
        build: () => {
          // A component may throw anything.
          // eslint-disable-next-line @typescript-eslint/only-throw-error
          throw thrown;
        },
      }),
      testBuild({ name: "good", build: async (build) => (await sleep(20, build.signal), testArtifact()) }),
    );
    expect(result.builds.map(({ name, outcome, error }) => [name, outcome, error])).toEqual([
      ["test.bad", "failed", expected],
      ["test.good", "succeeded", undefined],
    ]);
  });

  it("an error nobody waits for fails the build it came from, cleans it up, and no other", async () => {
    // As the process edge does; vitest's own listener would call it a failed test.
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", attributeCrash);
    onTestFinished(() => {
      process.removeAllListeners("uncaughtException");
      for (const listener of others) process.on("uncaughtException", listener);
    });
    const log: string[] = [];
    const { run } = createTestRun();
    const result = await run(
      testBuild({
        name: "bad",
        build: (build) =>
          build.step("machine", async ({ onCleanup, signal }) => {
            onCleanup("machine", async () => void log.push("machine removed"));
            setTimeout(() => new EventEmitter().emit("error", new Error("socket broke")), 5);
            await sleep(60_000, signal);
            return undefined;
          }),
      }),
      testBuild({ name: "good", build: async (build) => (await sleep(60, build.signal), undefined) }),
    );
    expect(result.builds.map(({ outcome }) => outcome)).toEqual(["failed", "succeeded"]);
    expect(result.builds[0]!.error).toContain("socket broke");
    expect(log).toEqual(["machine removed"]);
  });

  it("an error from nowhere belongs to no build", () => {
    const outside = new AsyncResource("test", { triggerAsyncId: 0 });
    expect(outside.runInAsyncScope(() => attributeCrash(new Error("x")))).toBe(false);
  });

  it("run at most -parallel-builds at once, in template order", async () => {
    let running = 0;
    let most = 0;
    const started: string[] = [];
    const { run } = createTestRun({ parallelBuilds: 2 });
    const plan = (name: string) =>
      testBuild({
        name,
        build: async (build) => {
          started.push(name);
          most = Math.max(most, ++running);
          await sleep(10, build.signal);
          running--;
          return undefined;
        },
      });
    await run(...["a", "b", "c", "d", "e"].map(plan));
    expect(most).toBe(2);
    expect(started).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("an interrupt reaches all; what was finished before stays finished and is in the result", async () => {
    const { run, controller } = createTestRun();
    const result = await run(
      testBuild({ name: "done", build: () => Promise.resolve(testArtifact({ description: "an image" })) }),
      testBuild({
        name: "waiting",
        build: async (build) => {
          setTimeout(() => controller.abort(new Error("Interrupted by SIGINT")), 20);
          await sleep(60_000, build.signal);
          return undefined;
        },
      }),
    );
    expect(result.outcome).toBe("cancelled");
    expect(result.builds.map(({ outcome, artifacts }) => [outcome, artifacts.length])).toEqual([
      ["succeeded", 1],
      ["cancelled", 0],
    ]);
  });

  it("preflight problems are reported together, before the builder makes anything", async () => {
    let built = false;
    const { run } = createTestRun();
    const result = await run(
      testBuild({
        preflight: () => Promise.resolve(["qemu-img is not installed.", "The disk is full."]),
        build: () => {
          built = true;
          return Promise.resolve(undefined);
        },
      }),
    );
    expect(built).toBe(false);
    expect(result.builds[0]!.error).toBe("- qemu-img is not installed.\n- The disk is full");
  });
});
