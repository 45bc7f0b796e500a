import { describe, expect, it } from "vitest";
import { sleep } from "../../src/lib/retry.ts";
import { createTestRun, testBuild, testProvisioner } from "../helper/test-session.ts";

const failing = (times: number, log: string[], name: string) => () => {
  log.push(name);
  if (times-- > 0) throw new Error(`${name} failed ${times} before the end`);
};

describe("provisioners", () => {
  it("run in the order of the template", async () => {
    const log: string[] = [];
    const { run } = createTestRun();
    await run(testBuild({ provisioners: ["a", "b", "c"].map((name) => testProvisioner(failing(0, log, name))) }));
    expect(log).toEqual(["a", "b", "c"]);
  });

  it("the first failure ends the build", async () => {
    const log: string[] = [];
    const { run } = createTestRun();
    const result = await run(
      testBuild({ provisioners: [testProvisioner(failing(1, log, "a")), testProvisioner(failing(0, log, "b"))] }),
    );
    expect(log).toEqual(["a"]);
    expect(result.builds[0]).toMatchObject({ outcome: "failed", error: "a failed 0 before the end" });
  });

  it("max_retries gives extra attempts; when all fail, the first failure is the one reported", async () => {
    const log: string[] = [];
    const { run } = createTestRun();
    const result = await run(testBuild({ provisioners: [testProvisioner(failing(9, log, "a"), { maxRetries: 2 })] }));
    expect(log).toHaveLength(3);
    expect(result.builds[0]!.error).toBe("a failed 8 before the end");
  });

  it("an attempt that failed is undone before the next", async () => {
    const log: string[] = [];
    let times = 1;
    const { run } = createTestRun();
    await run(
      testBuild({
        provisioners: [
          testProvisioner(
            (inner) =>
              inner.step("upload", async ({ onCleanup }) => {
                log.push("upload");
                onCleanup("upload", async () => void log.push("undo"));
                if (times-- > 0) throw new Error("once");
              }),
            { maxRetries: 1 },
          ),
        ],
      }),
    );
    expect(log).toEqual(["upload", "undo", "upload", "undo"]);
  });

  it("timeout counts for one attempt, and pause_before does not use it up", async () => {
    const { run } = createTestRun();
    const started = performance.now();
    const slow = testProvisioner((inner) => sleep(60_000, inner.signal), { timeoutMs: 30, pauseBeforeMs: 40 });
    const result = await run(testBuild({ provisioners: [slow] }));
    expect(result.builds[0]!.error).toBe("The script provisioner did not end within its timeout of 30ms");
    expect(performance.now() - started).toBeGreaterThan(65);
  });

  it("a timeout is one failed attempt of max_retries", async () => {
    let attempts = 0;
    const { run } = createTestRun();
    const once = testProvisioner((inner) => (attempts++ === 0 ? sleep(60_000, inner.signal) : undefined), {
      timeoutMs: 30,
      maxRetries: 1,
    });
    expect((await run(testBuild({ provisioners: [once] }))).outcome).toBe("succeeded");
    expect(attempts).toBe(2);
  });

  it("continue_on_error warns and goes on", async () => {
    const log: string[] = [];
    const { run, events, asked } = createTestRun({ options: { onError: "ask" }, answers: ["c"] });
    const result = await run(
      testBuild({
        provisioners: [
          testProvisioner(failing(1, log, "a"), { continueOnError: true }),
          testProvisioner(failing(0, log, "b")),
        ],
      }),
    );
    expect(result.outcome).toBe("succeeded");
    expect(log).toEqual(["a", "b"]);
    expect(asked).toEqual([]);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: "warning", text: expect.stringContaining("continue_on_error") as string }),
    );
  });

  it("continue_on_error does not go on after an interrupt", async () => {
    const log: string[] = [];
    const { run, controller } = createTestRun();
    const result = await run(
      testBuild({
        provisioners: [
          testProvisioner(
            (inner) => {
              controller.abort(new Error("Interrupted"));
              inner.signal.throwIfAborted();
            },
            { continueOnError: true },
          ),
          testProvisioner(failing(0, log, "b")),
        ],
      }),
    );
    expect(result.outcome).toBe("cancelled");
    expect(log).toEqual([]);
  });

  it("an interrupt ends a pause at once", async () => {
    const { run, controller } = createTestRun();
    setTimeout(() => controller.abort(new Error("Interrupted")), 20);
    const started = performance.now();
    const result = await run(testBuild({ provisioners: [testProvisioner(() => {}, { pauseBeforeMs: 60_000 })] }));
    expect(result.outcome).toBe("cancelled");
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
