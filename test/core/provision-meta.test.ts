import { describe, expect, it } from "vitest";
import { sleep } from "../../src/lib/retry.ts";
import { createTestRun, testBuild, testProvisioner } from "../helper/test-session.ts";

const PAUSE = /^Pausing /;

/** What the provisioner and its pauses did, in order. */
function createLog() {
  const log: string[] = [];
  const { events, run } = createTestRun();
  const watched = events as { kind: string; text?: string }[];
  let seen = 0;
  const notePauses = () => {
    const said = watched.slice(seen).filter(({ kind, text }) => kind === "say" && PAUSE.test(text ?? ""));
    seen = watched.length;
    log.push(...said.map(() => "pause"));
  };
  const note = (text: string) => {
    notePauses();
    log.push(text);
  };
  return { log, note, run };
}

const booleans = [false, true];
const pairs = booleans.flatMap((pauses) =>
  booleans.flatMap((retries) =>
    booleans.flatMap((limited) => booleans.map((goesOn) => ({ pauses, retries, limited, goesOn }))),
  ),
);

/** All combinations of `pause_before`, `max_retries`, `timeout` and `continue_on_error` (T-04). */
describe("meta-arguments of a provisioner together", () => {
  it.each(pairs)("%o", async ({ pauses, retries, limited, goesOn }) => {
    const { log, note, run } = createLog();
    const failing = testProvisioner(
      async (inner) => {
        note("try");
        // Only its time ends it.
        if (limited) await sleep(600_000, inner.signal);
        throw new Error("no");
      },
      {
        pauseBeforeMs: pauses ? 1 : 0,
        maxRetries: retries ? 2 : 0,
        timeoutMs: limited ? 5 : undefined,
        continueOnError: goesOn,
      },
    );
    const next = testProvisioner(() => note("next"));
    const result = await run(testBuild({ provisioners: [failing, next] }));
    const once = pauses ? ["pause", "try"] : ["try"];
    const tries = retries ? [...once, ...once, ...once] : once;
    expect(log).toEqual(goesOn ? [...tries, "next"] : tries);
    expect(result.outcome).toBe(goesOn ? "succeeded" : "failed");
    if (!goesOn) expect(result.builds[0]!.error).toMatch(limited ? /did not end within its timeout of 5ms$/ : /^no$/);
  });

  it("a try that succeeds is the last, and nothing pauses after it", async () => {
    const { log, note, run } = createLog();
    let fails = 1;
    const provisioner = testProvisioner(
      () => {
        note("try");
        if (fails-- > 0) throw new Error("once");
      },
      { pauseBeforeMs: 1, maxRetries: 5 },
    );
    await run(testBuild({ provisioners: [provisioner, testProvisioner(() => note("next"))] }));
    expect(log).toEqual(["pause", "try", "pause", "try", "next"]);
  });
});
