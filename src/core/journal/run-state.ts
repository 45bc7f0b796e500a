import { readFile, stat } from "node:fs/promises";
import { processState } from "../../lib/process-identity.ts";
import { outstandingIn, type Outstanding } from "./journal-line.ts";
import type { RunPaths, RunRecord } from "./run-record.ts";

/** `died`: its process is gone and it never said how it ended. */
export type RunState = "running" | "succeeded" | "failed" | "cancelled" | "died";

/** A lock that another host holds is renewed every few seconds. */
const FOREIGN_FRESH_MS = 60_000;

export async function runState(paths: RunPaths, record: RunRecord, now: number): Promise<RunState> {
  if (record.outcome !== undefined) return record.outcome;
  return (await isAlive(paths, record, now)) ? "running" : "died";
}

async function isAlive(paths: RunPaths, record: RunRecord, now: number): Promise<boolean> {
  const owner = await processState(record.owner);
  if (owner !== "unknown") return owner === "alive";
  const lock = await stat(paths.lock).catch(() => undefined);
  return lock !== undefined && now - lock.mtimeMs < FOREIGN_FRESH_MS;
}

/** What is outstanding in a run's journal, oldest first; nothing when there is none. */
export async function outstandingOf(paths: RunPaths): Promise<readonly Outstanding[]> {
  return outstandingIn(await readFile(paths.journal, "utf8").catch(() => ""));
}
