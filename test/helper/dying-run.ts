import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { cleanUpRun } from "../../src/core/journal/clean-up-run.ts";
import { openRun, type OpenRun } from "../../src/core/journal/open-run.ts";
import { runPaths } from "../../src/core/journal/run-record.ts";
import { reapers } from "../../src/registry.ts";
import { errorText } from "../../src/lib/error-text.ts";
import type { Host } from "../../src/sdk/host.ts";
import type { Journal, Resource } from "../../src/sdk/journal.ts";
import type { Step } from "../../src/sdk/run.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { testHost } from "./test-host.ts";

export interface DyingRun {
  readonly host: Host;
  readonly directory: string;
  readonly run: OpenRun;
  readonly step: Pick<Step, "own" | "signal">;
  /** As if the process had been killed: nothing is undone, the lock's owner is nobody. */
  die(): Promise<void>;
  cleanUp(dryRun?: boolean): Promise<unknown>;
  /** Why things were left alone. */
  reasons(dryRun?: boolean): Promise<readonly string[]>;
  /** What could not be done, as the user reads it. */
  errors(): Promise<readonly string[]>;
}

/** A run that can die, in a directory of the test. */
export async function createDyingRun(): Promise<DyingRun> {
  const directory = temporaryDirectory();
  const host = testHost(directory);
  const run = await openRun(host, { runId: randomUUID(), template: "t.pkr.hcl", builds: ["file.a"] });
  onTestFinished(() => run.finish({ outcome: "cancelled", builds: [] }));
  const paths = runPaths(join(directory, "state/runs"), run.runId);
  const reapedWith = async (dryRun: boolean) =>
    cleanUpRun(run.runId, paths, {
      reapers,
      env: { PATH: process.env["PATH"] },
      signal: AbortSignal.timeout(20_000),
      dryRun,
      now: () => Date.now(),
    });
  const outcomes = async (dryRun: boolean) => {
    const reaped = await reapedWith(dryRun);
    return reaped === "live" ? [] : reaped;
  };
  return {
    host,
    directory,
    run,
    step: stepOf(run.journal),
    die: async () => {
      for (const path of [paths.lock, paths.record]) {
        const text = await readFile(path, "utf8");
        await writeFile(path, text.replaceAll(/"startTime":\s*"\d+"/g, '"startTime":"1"'));
      }
    },
    cleanUp: async (dryRun = false) => {
      const reaped = await reapedWith(dryRun);
      if (reaped === "live") return reaped;
      const found = reaped.filter(({ outcome }) => outcome.kind !== "gone");
      return found.map(({ description, outcome }) => `${description}: ${outcome.kind}`);
    },
    reasons: async (dryRun = false) =>
      (await outcomes(dryRun)).flatMap(({ outcome }) => (outcome.kind === "not-ours" ? [outcome.why] : [])),
    errors: async () =>
      (await outcomes(false)).flatMap(({ outcome }) => (outcome.kind === "failed" ? [errorText(outcome.error)] : [])),
  };
}

const stepOf = (journal: Journal): Pick<Step, "own" | "signal"> => ({
  own: (resource: Resource) => journal.record(resource),
  signal: new AbortController().signal,
});

/** What a file of the run needs of it. */
export const fileRun = ({ runId, tempDirectory: temp }: OpenRun) => ({
  runId,
  directories: { work: temp, template: temp, cache: temp, log: temp, temp },
});
