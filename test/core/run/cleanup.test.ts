import { describe, expect, it } from "vitest";
import type { BuilderRun } from "../../../src/sdk/component.ts";
import { testArtifact } from "../../helper/recording-run.ts";
import { createTestRun, testBuild } from "../../helper/test-session.ts";

/** A step that registers the undo `name`, which notes itself and the outcome it was told. */
const undoable = (run: BuilderRun, log: string[], name: string, fails = false) =>
  run.step(name, async ({ onCleanup }) => {
    onCleanup(name, async (outcome) => {
      log.push(`${name} ${outcome}`);
      if (fails) throw new Error(`${name} cannot be undone`);
    });
    return name;
  });

describe("undo", () => {
  it("runs last in first out after success, with the outcome", async () => {
    const log: string[] = [];
    const { run } = createTestRun();
    const plan = testBuild({
      build: async (build) => {
        await undoable(build, log, "disk");
        await undoable(build, log, "machine");
        return undefined;
      },
    });
    expect((await run(plan)).outcome).toBe("succeeded");
    expect(log).toEqual(["machine succeeded", "disk succeeded"]);
  });

  it("runs after a failure, what a half-done step registered included", async () => {
    const log: string[] = [];
    const { run, events } = createTestRun();
    const plan = testBuild({
      build: async (build) => {
        await undoable(build, log, "disk");
        return build.step("machine", ({ onCleanup }) => {
          onCleanup("machine", async (outcome) => void log.push(`machine ${outcome}`));
          return Promise.reject(new Error("no memory"));
        });
      },
    });
    const result = await run(plan);
    expect(result.builds[0]).toMatchObject({ outcome: "failed", error: "no memory" });
    expect(log).toEqual(["machine failed", "disk failed"]);
    expect(events.filter(({ kind }) => kind === "error")).toMatchObject([
      { kind: "error", build: "test.example", text: "no memory", hint: undefined },
    ]);
  });

  it("goes on with the next when one fails, and reports what is left", async () => {
    const log: string[] = [];
    const { run, events } = createTestRun();
    const result = await run(
      testBuild({
        build: async (build) => {
          await undoable(build, log, "disk");
          await undoable(build, log, "machine", true);
          await undoable(build, log, "port");
          return undefined;
        },
      }),
    );
    expect(log).toEqual(["port succeeded", "machine succeeded", "disk succeeded"]);
    expect(result.outcome).toBe("succeeded");
    expect(result.builds[0]!.leftovers).toEqual([{ description: "machine" }]);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: "cleanup-failed", what: "machine", message: "machine cannot be undone" }),
    );
  });

  it("strikes a journal line when its undo returned, and keeps it when it did not", async () => {
    const { run, outstanding } = createTestRun();
    await run(
      testBuild({
        build: async (build) => {
          await build.step("make", async ({ own }) => {
            await own({ kind: "directory", id: "gone" }, () => Promise.resolve());
            await own({ kind: "machine", id: "stuck" }, () => Promise.reject(new Error("locked")));
          });
          return undefined;
        },
      }),
    );
    expect(outstanding()).toEqual([{ kind: "machine", id: "stuck" }]);
  });

  it("does not undo what was struck out, because the user keeps it", async () => {
    let undone = false;
    const { run, events } = createTestRun();
    await run(
      testBuild({
        build: async (build) => {
          await build.step("make", async ({ own }) => {
            const entry = await own({ kind: "file", id: "kept" }, () => Promise.resolve(void (undone = true)));
            await entry.strike();
          });
          return undefined;
        },
      }),
    );
    expect(undone).toBe(false);
    expect(events.some(({ kind }) => kind === "cleanup-started")).toBe(false);
  });

  it("runs as cancelled when the user interrupts in the middle of a step", async () => {
    const log: string[] = [];
    const { run, controller } = createTestRun();
    const plan = testBuild({
      build: async (build) => {
        await undoable(build, log, "disk");
        return build.step("wait", async ({ signal }) => {
          controller.abort(new Error("Interrupted by SIGINT"));
          signal.throwIfAborted();
          return undefined;
        });
      },
    });
    expect((await run(plan)).outcome).toBe("cancelled");
    expect(log).toEqual(["disk cancelled"]);
  });

  it("starts no step once the run is cancelled", async () => {
    const { run, controller, events } = createTestRun();
    controller.abort(new Error("Interrupted by SIGINT"));
    expect(
      (await run(testBuild({ build: (build) => build.step("never", () => Promise.resolve(undefined)) }))).outcome,
    ).toBe("cancelled");
    expect(events.some(({ kind }) => kind === "step-started")).toBe(false);
  });

  it("comes before the post-processors, so that machines do not run during an upload", async () => {
    const log: string[] = [];
    const { run } = createTestRun();
    const { testPostProcessor } = await import("../../helper/test-session.ts");
    await run(
      testBuild({
        build: async (build) => {
          await undoable(build, log, "machine");
          return testArtifact();
        },
        chains: [[testPostProcessor(() => (log.push("post-processor"), {}))]],
      }),
    );
    expect(log).toEqual(["machine succeeded", "post-processor"]);
  });
});

describe("leave", () => {
  it("names what stays in the result of the build, and counts as not removed", async () => {
    const { run } = createTestRun();
    const left = { description: "image ami-1", manualCommand: "remove ami-1" };
    const result = await run(
      testBuild({
        build: (build) => {
          build.leave(left);
          return Promise.reject(new Error("no tags"));
        },
      }),
    );
    expect(result.builds[0]).toMatchObject({ leftovers: [left], left: "not removed" });
  });
});
