import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sleep } from "../../src/lib/retry.ts";
import { withScreenWatch } from "../../src/steps/screen-watch.ts";
import { createRecordingRun, type RecordingRun } from "../helper/recording-run.ts";

const PACE = { lookEveryMs: 5, lateMs: 0, stillMs: 0 };
const never = 3_600_000;
const login = () => "ssh -p 2222 u@127.0.0.1";

/** Waits until the run has said so many things. */
async function untilSaid(run: RecordingRun, count: number): Promise<void> {
  while (run.said().length < count) await sleep(2, run.signal);
}

/** Screens one after the other; the last one stays. */
function showing(...screens: readonly string[]) {
  let looked = 0;
  const screenshot = () => Promise.resolve(Buffer.from(screens[Math.min(looked++, screens.length - 1)]!));
  return { screenshot, looked: () => looked };
}

describe("withScreenWatch", () => {
  it("keeps a picture once a login is late, and says how to try by hand", async () => {
    const run = await createRecordingRun();
    const { screenshot } = showing("boot loader");
    const watch = { what: "SSH", screenshot, login, pace: { ...PACE, stillMs: never } };
    expect(await withScreenWatch(run, watch, () => untilSaid(run, 1).then(() => "in"))).toBe("in");
    const path = join(run.directories.log, "test.example-waiting.png");
    const words = `No login by SSH yet.\nThe machine's screen: ${path}\nTo try it by hand:\n    ssh -p 2222 u@127.0.0.1`;
    expect(run.said()).toEqual([words]);
    expect(await readFile(path, "utf8")).toBe("boot loader");
  });

  it("without a screen says only how to try, and nothing where nobody knows", async () => {
    const run = await createRecordingRun();
    const watch = { what: "SSH", screenshot: undefined, login, pace: PACE };
    await withScreenWatch(run, watch, () => untilSaid(run, 1));
    expect(run.said()).toEqual(["No login by SSH yet.\nTo try it by hand:\n    ssh -p 2222 u@127.0.0.1"]);
    const silent = await createRecordingRun();
    await withScreenWatch(silent, { ...watch, login: () => undefined }, () => sleep(50, silent.signal));
    expect(silent.said()).toEqual([]);
  });

  it("says once that the screen stands still, again after it has changed", async () => {
    const run = await createRecordingRun();
    let screen = "a";
    const watch = {
      what: "SSH",
      screenshot: () => Promise.resolve(Buffer.from(screen)),
      login: () => undefined,
      pace: { ...PACE, lateMs: never, stillMs: 20 },
    };
    await withScreenWatch(run, watch, async () => {
      await untilSaid(run, 1);
      await sleep(60, run.signal);
      screen = "b";
      await untilSaid(run, 2);
    });
    const path = join(run.directories.log, "test.example-still.png");
    const words = `The machine's screen has not changed for 0 seconds: ${path}`;
    expect(run.said()).toEqual([words, words]);
    expect(await readFile(path, "utf8")).toBe("b");
  });

  it("takes a blinking cursor for no change", async () => {
    const run = await createRecordingRun();
    let looked = 0;
    const screenshot = () => Promise.resolve(Buffer.from(looked++ % 2 === 0 ? "with" : "without"));
    const watch = { what: "SSH", screenshot, login: () => undefined, pace: { ...PACE, lateMs: never, stillMs: 40 } };
    await withScreenWatch(run, watch, () => untilSaid(run, 1));
    expect(run.said()).toEqual([expect.stringContaining("has not changed")]);
  });

  it("a screen that changes all the time is not mentioned, nor one that cannot be had", async () => {
    const run = await createRecordingRun();
    let looked = 0;
    const pace = { ...PACE, lateMs: never, stillMs: 30 };
    const moving = () => Promise.resolve(Buffer.from(String(looked++)));
    const broken = () => Promise.reject(new Error("closed"));
    for (const screenshot of [moving, broken])
      await withScreenWatch(run, { what: "SSH", screenshot, login, pace }, () => sleep(100, run.signal));
    expect(run.said()).toEqual([]);
  });

  it("ends with what it waits for, and passes a failure on", async () => {
    const run = await createRecordingRun();
    const { screenshot, looked } = showing("a");
    const failing = () => Promise.reject(new Error("no luck"));
    await expect(withScreenWatch(run, { what: "SSH", screenshot, login, pace: PACE }, failing)).rejects.toThrow(
      "no luck",
    );
    const before = looked();
    await sleep(30, run.signal);
    expect(looked()).toBe(before);
  });
});
