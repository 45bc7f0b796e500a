import { rm, stat } from "node:fs/promises";
import type { Host } from "../../sdk/host.ts";
import type { Resource } from "../../sdk/journal.ts";
import { listRunIds, readRunRecord, runPaths, type RunPaths, type RunRecord } from "./run-record.ts";
import { journalOf, runState, type RunState } from "./run-state.ts";
import { runsDirectory } from "./state-directory.ts";

export interface ListedRun {
  readonly runId: string;
  readonly paths: RunPaths;
  readonly state: RunState;
  /** Whether its record could be read. Without it the run is known by its journal alone. */
  readonly hasRecord: boolean;
  /** Without builds, and with the time of its directory, where there is none. */
  readonly record: Omit<RunRecord, "owner">;
  /** What remains of it (or, while it runs, what it has made). */
  readonly outstanding: readonly Resource[];
  /** Numbers of the lines of its journal that cannot be read: more than `outstanding` may remain. */
  readonly unreadable: readonly number[];
}

/** All runs, oldest first. */
export async function listRuns(host: Host): Promise<readonly ListedRun[]> {
  const directory = runsDirectory(host);
  const runs = await Promise.all((await listRunIds(directory)).map((runId) => readRun(host, runId)));
  return runs.sort((a, b) => a.record.startedAt - b.record.startedAt);
}

/** One run, as it is known now. */
export async function readRun(host: Host, runId: string): Promise<ListedRun> {
  const paths = runPaths(runsDirectory(host), runId);
  const read = await readRunRecord(paths);
  const known = read?.runId === runId ? read : undefined;
  const state = await runState(paths, known, host.clock.now());
  const { outstanding, unreadable } = await journalOf(paths);
  const resources = outstanding.map(({ resource }) => resource);
  const record = known ?? (await unrecorded(runId, paths));
  return { runId, paths, state, hasRecord: known !== undefined, record, outstanding: resources, unreadable };
}

async function unrecorded(runId: string, paths: RunPaths): Promise<ListedRun["record"]> {
  const { birthtimeMs, mtimeMs } = await stat(paths.directory);
  const startedAt = Math.round(birthtimeMs || mtimeMs);
  return { version: 1, runId, template: "(its record cannot be read)", builds: [], startedAt };
}

/** Removes the record of a run, logs included. Call it only for a run that is over and left nothing. */
export async function forgetRun({ paths }: ListedRun): Promise<void> {
  await rm(paths.directory, { recursive: true, force: true });
}
