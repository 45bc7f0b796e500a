import { describe, expect, it } from "vitest";
import { poll, retry } from "../../src/lib/retry.ts";

/** Fails so many times, then succeeds; counts its calls. */
function flaky(failures: number) {
  const operation = (attempt: number) => {
    operation.calls++;
    return attempt > failures ? Promise.resolve("done") : Promise.reject(new Error(`failure ${attempt}`));
  };
  operation.calls = 0;
  return operation;
}

describe("retry", () => {
  it("tries until it works, with growing pauses", async () => {
    const pauses: number[] = [];
    const operation = flaky(4);
    const onRetry = (_error: unknown, _attempt: number, pauseMs: number) => void pauses.push(pauseMs);
    expect(await retry(operation, { delayMs: 1, maxDelayMs: 5, onRetry })).toBe("done");
    expect(pauses).toEqual([1, 2, 4, 5]);
  });

  it("gives up after the last attempt, out of time, or at a final failure", async () => {
    await expect(retry(flaky(9), { attempts: 3, delayMs: 1 })).rejects.toThrow("failure 3");
    await expect(retry(flaky(9), { timeoutMs: 10, delayMs: 50 })).rejects.toThrow("failure 1");
    await expect(retry(flaky(9), { shouldRetry: () => false })).rejects.toThrow("failure 1");
  });

  it("ends at once when aborted", async () => {
    const controller = new AbortController();
    const running = retry(flaky(9), { delayMs: 60_000, signal: controller.signal });
    setTimeout(() => controller.abort(new Error("interrupted")), 10);
    await expect(running).rejects.toThrow("interrupted");
  });
});

describe("poll", () => {
  it("asks until there is an answer, or the time is over", async () => {
    let asked = 0;
    expect(await poll(() => Promise.resolve(++asked === 3 ? "yes" : undefined), { intervalMs: 1 })).toBe("yes");
    expect(await poll(() => Promise.resolve(undefined), { intervalMs: 5, timeoutMs: 12 })).toBeUndefined();
  });
});
