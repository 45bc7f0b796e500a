import { describe, expect, it } from "vitest";
import { sleep } from "../../../src/lib/retry.ts";
import type { BuilderRun } from "../../../src/sdk/component.ts";
import { testArtifact } from "../../helper/recording-run.ts";
import {
  createTestRun,
  provisionNothing,
  testBuild,
  testPostProcessor,
  testProvisioner,
  type TestBuild,
} from "../../helper/test-session.ts";

/** A function that fails so many times, then returns. */
const failing = (times: number, log: string[], name: string) => () => {
  log.push(name);
  if (times-- > 0) throw new Error(`${name} failed`);
};

/** A builder that owns a machine and has it provisioned. */
const withMachine = (log: string[]): Pick<TestBuild, "build"> => ({
  build: async (run) => {
    await run.step("create machine", ({ own }) =>
      own({ kind: "machine", id: "m" }, () => Promise.resolve(void log.push("machine removed"))),
    );
    await provisionNothing(run);
    return testArtifact();
  },
});

describe("-on-error", () => {
  it("cleanup: undoes everything; the error-cleanup-provisioner runs while the machine is there", async () => {
    const log: string[] = [];
    const { run, outstanding } = createTestRun();
    const errorCleanup = testProvisioner(() => void log.push("error cleanup"));
    const result = await run(
      testBuild({ ...withMachine(log), provisioners: [testProvisioner(failing(1, log, "a"))], errorCleanup }),
    );
    expect(result.outcome).toBe("failed");
    expect(log).toEqual(["a", "error cleanup", "machine removed"]);
    expect(outstanding()).toEqual([]);
  });

  it("an interrupt neither runs the error-cleanup-provisioner nor announces it, as in Packer", async () => {
    const log: string[] = [];
    const { run, controller, events } = createTestRun();
    const errorCleanup = testProvisioner(() => void log.push("error cleanup"));
    const interrupted = testProvisioner((inner) => {
      controller.abort(new Error("Interrupted by SIGINT"));
      return sleep(60_000, inner.signal);
    });
    const result = await run(testBuild({ ...withMachine(log), provisioners: [interrupted], errorCleanup }));
    expect(result.outcome).toBe("cancelled");
    expect(log).toEqual(["machine removed"]);
    expect(events.flatMap((event) => (event.kind === "cleanup-started" ? [event.what] : []))).toEqual(["machine m"]);
  });

  it("the reason of the failure is said before the clean-up; a failing error-cleanup-provisioner adds its own", async () => {
    const log: string[] = [];
    const { run, events } = createTestRun();
    const errorCleanup = testProvisioner(() => Promise.reject(new Error("no such host")));
    const result = await run(
      testBuild({ ...withMachine(log), provisioners: [testProvisioner(failing(1, log, "a"))], errorCleanup }),
    );
    expect(log).toEqual(["a", "machine removed"]);
    expect(result.builds[0]!.leftovers).toEqual([]);
    const said = events.flatMap((event) => {
      if (event.kind === "error") return [event.text];
      return event.kind === "cleanup-started" ? [`clean up ${event.what}`] : [];
    });
    expect(said).toEqual([
      result.builds[0]!.error,
      "clean up error-cleanup provisioner",
      "The error-cleanup provisioner failed: no such host",
      "clean up machine m",
    ]);
    const errors = events.flatMap((event) => (event.kind === "error" ? [event.step?.what] : []));
    expect(errors).toEqual(["script provisioner", "script provisioner"]);
  });

  it("the error-cleanup-provisioner does not run after success", async () => {
    const log: string[] = [];
    const { run } = createTestRun();
    await run(testBuild({ ...withMachine(log), errorCleanup: testProvisioner(() => void log.push("error cleanup")) }));
    expect(log).toEqual(["machine removed"]);
  });

  it("abort: undoes nothing, leaves the journal, says what is left", async () => {
    const log: string[] = [];
    const { run, outstanding, events } = createTestRun({ options: { onError: "abort" } });
    const errorCleanup = testProvisioner(() => void log.push("error cleanup"));
    const result = await run(
      testBuild({ ...withMachine(log), provisioners: [testProvisioner(failing(1, log, "a"))], errorCleanup }),
    );
    expect(log).toEqual(["a"]);
    expect(outstanding()).toEqual([{ kind: "machine", id: "m" }]);
    expect(result.builds[0]!.leftovers).toEqual([{ description: "machine m" }]);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: "warning", text: expect.stringContaining("machine m") as string }),
    );
  });

  it("run-cleanup-provisioner: runs that one, then leaves everything, also when a later step failed", async () => {
    const log: string[] = [];
    const { run, outstanding } = createTestRun({ options: { onError: "run-cleanup-provisioner" } });
    const errorCleanup = testProvisioner(() => void log.push("error cleanup"));
    await run(
      testBuild({
        build: async (build) => {
          await withMachine(log).build!(build);
          return build.step("shut down", () => Promise.reject(new Error("stuck")));
        },
        errorCleanup,
      }),
    );
    expect(log).toEqual(["error cleanup"]);
    expect(outstanding()).toEqual([{ kind: "machine", id: "m" }]);
  });

  it("ask: retry goes on at the failed provisioner, not at the first", async () => {
    const log: string[] = [];
    const { run, asked } = createTestRun({ options: { onError: "ask" }, answers: ["r", "r"] });
    const result = await run(
      testBuild({
        ...withMachine(log),
        provisioners: [
          testProvisioner(failing(0, log, "a")),
          testProvisioner(failing(2, log, "b")),
          testProvisioner(failing(0, log, "c")),
        ],
      }),
    );
    expect(result.outcome).toBe("succeeded");
    expect(log).toEqual(["a", "b", "b", "b", "c", "machine removed"]);
    expect(asked).toEqual(Array(2).fill("test.example: script provisioner failed: b failed"));
  });

  it("ask: a retry first undoes what the failed attempt registered, in nested steps too", async () => {
    const log: string[] = [];
    const { run } = createTestRun({ options: { onError: "ask" }, answers: ["r"] });
    let attempt = 0;
    await run(
      testBuild({
        build: async (build) => {
          await build.step("outside", async ({ onCleanup }) =>
            onCleanup("outside", async () => void log.push("undo outside")),
          );
          await build.step("machine", async ({ onCleanup }) => {
            attempt++;
            onCleanup("machine", async () => void log.push(`undo machine ${attempt}`));
            await build.step("disk", async (inner) => inner.onCleanup("disk", async () => void log.push("undo disk")));
            log.push(`attempt ${attempt}`);
            if (attempt === 1) throw new Error("once");
          });
          return undefined;
        },
      }),
    );
    expect(log).toEqual([
      "attempt 1",
      "undo disk",
      "undo machine 1",
      "attempt 2",
      "undo disk",
      "undo machine 2",
      "undo outside",
    ]);
  });

  it("ask: a failure is asked about once, however many steps it passes", async () => {
    const log: string[] = [];
    const { run, asked } = createTestRun({ options: { onError: "ask" }, answers: ["c", "r", "r"] });
    const inner = (build: Parameters<NonNullable<TestBuild["build"]>>[0]) =>
      build.step("inner", () => Promise.reject(new Error("no")));
    const result = await run(testBuild({ build: (build) => build.step("outer", () => inner(build)) }));
    expect(result.outcome).toBe("failed");
    expect(asked).toHaveLength(1);
    expect(log).toEqual([]);
  });

  it("ask: abort leaves everything", async () => {
    const log: string[] = [];
    const { run, outstanding } = createTestRun({ options: { onError: "ask" }, answers: ["a"] });
    await run(testBuild({ ...withMachine(log), provisioners: [testProvisioner(failing(1, log, "a"))] }));
    expect(outstanding()).toEqual([{ kind: "machine", id: "m" }]);
  });

  it("ask: post-processors can be retried", async () => {
    const log: string[] = [];
    const { run } = createTestRun({ options: { onError: "ask" }, answers: ["r"] });
    const upload = failing(1, log, "upload");
    const result = await run(
      testBuild({
        build: () => Promise.resolve(testArtifact()),
        chains: [[testPostProcessor(() => (upload(), {}))]],
      }),
    );
    expect(log).toEqual(["upload", "upload"]);
    expect(result.outcome).toBe("succeeded");
  });

  it("ask without a terminal cleans up", async () => {
    const log: string[] = [];
    const { run, outstanding } = createTestRun({ options: { onError: "ask" } });
    await run(testBuild({ ...withMachine(log), provisioners: [testProvisioner(failing(1, log, "a"))] }));
    expect(log).toEqual(["a", "machine removed"]);
    expect(outstanding()).toEqual([]);
  });
});

describe("-debug", () => {
  it("pauses after each step and before each provisioner", async () => {
    const { run, asked } = createTestRun({ options: { debug: true }, answers: [] });
    await run(testBuild({ ...withMachine([]), provisioners: [testProvisioner(() => {})] }));
    expect(asked).toEqual([
      'test.example: Pausing after run of step "create machine".',
      "test.example: Pausing before the next provisioner: script provisioner.",
      'test.example: Pausing after run of step "script provisioner".',
    ]);
  });

  it("stops before a machine is removed that failed and can be entered", async () => {
    const { run, asked } = createTestRun({ options: { debug: true }, answers: [] });
    const build = async (built: BuilderRun): Promise<never> => {
      built.canBeEntered("ssh me@it");
      throw new Error("stuck");
    };
    await run(testBuild({ build }));
    await run(testBuild({ build: () => Promise.reject(new Error("no machine")) }));
    expect(asked).toEqual([
      "test.example: Pausing before the machine is removed.\nTo look into the machine:\n    ssh me@it",
    ]);
  });

  it("runs one build after the other", async () => {
    const { run, events } = createTestRun({ options: { debug: true }, answers: [] });
    await run(testBuild({ name: "a" }), testBuild({ name: "b" }));
    const order = events.flatMap((event) =>
      "build" in event && event.kind.startsWith("build-") ? [`${event.kind} ${event.build}`] : [],
    );
    expect(order).toEqual([
      "build-started test.a",
      "build-finished test.a",
      "build-started test.b",
      "build-finished test.b",
    ]);
  });
});
