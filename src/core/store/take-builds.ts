import type { Outcome } from "../../sdk/event.ts";
import { errorText } from "../../lib/error-text.ts";
import { describeError } from "../describe-error.ts";
import type { BuildResult } from "../run-build.ts";
import type { RunResult } from "../run-builds.ts";
import { BuildRun } from "../run/build-run.ts";
import type { Session } from "../run/session.ts";
import { summarizeArtifact } from "../summarize-artifact.ts";
import type { StoredBuild } from "./record.ts";
import type { Store } from "./store.ts";
import { takeAndRecord } from "./take-build.ts";

export interface TakeBuildsOptions {
  readonly store: Store;
  readonly runDirectory: string;
  readonly logPath: (build: string) => string;
}

/** Builds of a store, taken one after the other as a run of their own. Never rejects. */
export async function takeBuilds(
  session: Session,
  records: readonly StoredBuild[],
  options: TakeBuildsOptions,
): Promise<RunResult> {
  const { runId, emit, host } = session;
  const started = host.clock.monotonic();
  const names = records.map(({ build }) => build.name);
  emit({ kind: "run-started", runId, builds: names, template: options.store.name });
  const builds: BuildResult[] = [];
  for (const record of records) builds.push(await takeOne(session, record, options));
  const outcomes = builds.map((build) => build.outcome);
  const worst: Outcome = (["cancelled", "failed"] as const).find((one) => outcomes.includes(one)) ?? "succeeded";
  const durationMs = Math.round(host.clock.monotonic() - started);
  emit({ kind: "run-finished", runId, outcome: worst, durationMs });
  return { outcome: worst, builds };
}

async function takeOne(session: Session, record: StoredBuild, options: TakeBuildsOptions): Promise<BuildResult> {
  const { store, runDirectory, logPath } = options;
  const { name } = record.build;
  const started = session.host.clock.monotonic();
  session.emit({ kind: "build-started", build: name });
  const run = new BuildRun(session, record.build);
  const taken = await take(run, store, { record, runDirectory });
  const { signal } = session;
  const artifacts = await Promise.all(
    taken.artifacts.map((one) => summarizeArtifact(one, { signal, hashUpTo: Infinity })),
  );
  for (const artifact of artifacts) session.emit({ kind: "artifact", build: name, artifact });
  const isTaken = taken.error === undefined;
  const failed: Outcome = signal.aborted ? "cancelled" : "failed";
  const result: BuildResult = {
    name,
    outcome: isTaken ? "succeeded" : failed,
    error: taken.error,
    durationMs: Math.round(session.host.clock.monotonic() - started),
    artifacts,
    steps: run.stepTimes,
    leftovers: run.leftovers,
    left: run.remaining,
    logPath: logPath(name),
    key: isTaken ? record.key : undefined,
  };
  const { name: _name, left: _left, ...facts } = result;
  session.emit({ kind: "build-finished", build: name, ...facts });
  return result;
}

type Taking = Parameters<typeof takeAndRecord>[2];

async function take(run: BuildRun, store: Store, taking: Taking) {
  try {
    return { artifacts: await takeAndRecord(run, store, taking), error: undefined };
  } catch (error) {
    const { text, hint } = describeError(error);
    if (!run.signal.aborted) run.emit({ kind: "error", build: run.build.name, text, hint });
    await run.unwind(run.signal.aborted ? "cancelled" : "failed");
    return { artifacts: [], error: errorText(error) };
  }
}
