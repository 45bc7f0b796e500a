import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { readLockOwner } from "../../lib/file-lock.ts";
import { processState, type ProcessIdentity } from "../../lib/process-identity.ts";
import { readJournal, type JournalContent } from "./journal-line.ts";
import type { RunPaths, RunRecord } from "./run-record.ts";

/** `died`: its process is gone and it never said how it ended. */
export type RunState = "running" | "succeeded" | "failed" | "cancelled" | "died";

/** A lock that another host holds is renewed every few seconds. */
const FOREIGN_FRESH_MS = 60_000;

/** Without a record (lost, or of a later version), the lock says whether it goes on. */
export async function runState(paths: RunPaths, record: RunRecord | undefined, now: number): Promise<RunState> {
  if (record?.outcome !== undefined) return record.outcome;
  const owner = record?.owner ?? (await readLockOwner(paths.lock));
  if (owner === undefined || owner === "none") return "died";
  return (await isAlive(paths, owner, now)) ? "running" : "died";
}

async function isAlive(paths: RunPaths, owner: ProcessIdentity, now: number): Promise<boolean> {
  const state = await processState(owner);
  if (state !== "unknown") return state === "alive";
  const lock = await stat(paths.lock).catch(() => undefined);
  return lock !== undefined && now - lock.mtimeMs < FOREIGN_FRESH_MS;
}

/** What a run's journal says; nothing when there is none. */
export async function journalOf(paths: RunPaths): Promise<JournalContent> {
  return readJournal(await readFile(paths.journal, "utf8").catch(() => ""));
}

/** When the run last did something, by its files: its lock is renewed every few seconds, its logs have every command. */
export async function lastSignOf(paths: RunPaths): Promise<number> {
  const logs = await readdir(paths.logs).catch(() => []);
  const files = [paths.lock, paths.journal, paths.record, ...logs.map((name) => join(paths.logs, name))];
  const times = await Promise.all(
    files.map((path) =>
      stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Math.max(...times);
}
