import { rm } from "node:fs/promises";
import type { Host } from "../../sdk/host.ts";
import type { Resource } from "../../sdk/journal.ts";
import { listRunIds, readRunRecord, runPaths, type RunPaths, type RunRecord } from "./run-record.ts";
import { outstandingOf, runState, type RunState } from "./run-state.ts";
import { runsDirectory } from "./state-directory.ts";

export interface ListedRun {
  readonly runId: string;
  readonly paths: RunPaths;
  readonly state: RunState;
  readonly record: RunRecord;
  /** What remains of it (or, while it runs, what it has made). */
  readonly outstanding: readonly Resource[];
}

/** All recorded runs, oldest first. */
export async function listRuns(host: Host): Promise<readonly ListedRun[]> {
  const directory = runsDirectory(host);
  const runs = await Promise.all((await listRunIds(directory)).map((runId) => readRun(host, runId)));
  const known = runs.filter((run) => run !== undefined);
  return known.sort((a, b) => a.record.startedAt - b.record.startedAt);
}

async function readRun(host: Host, runId: string): Promise<ListedRun | undefined> {
  const paths = runPaths(runsDirectory(host), runId);
  const record = await readRunRecord(paths);
  if (record === undefined) return undefined;
  const state = await runState(paths, record, host.clock.now());
  const outstanding = (await outstandingOf(paths)).map(({ resource }) => resource);
  return { runId, paths, state, record, outstanding };
}

/** Removes the record of a run, logs included. Call it only for a run that is over and left nothing. */
export async function forgetRun({ paths }: ListedRun): Promise<void> {
  await rm(paths.directory, { recursive: true, force: true });
}
