import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../lib/atomic-file.ts";
import type { ProcessIdentity } from "../../lib/process-identity.ts";
import type { ArtifactSummary, Leftover, Outcome } from "../../sdk/event.ts";

/** `run.json`: what a run was and how it ended. Everything in it has passed the redactor. */
export interface RunRecord {
  readonly version: 1;
  readonly runId: string;
  readonly template: string;
  readonly builds: readonly RunBuild[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly owner: ProcessIdentity;
  /** Absent while it runs, and forever if it died. */
  readonly finishedAt?: number | undefined;
  readonly outcome?: Outcome | undefined;
}

export interface RunBuild {
  readonly name: string;
  readonly outcome?: Outcome | undefined;
  readonly durationMs?: number | undefined;
  readonly error?: string | undefined;
  readonly artifacts: readonly ArtifactSummary[];
  readonly logPath?: string | undefined;
  readonly leftovers: readonly Leftover[];
}

/** Paths of the parts of one run record. */
export interface RunPaths {
  readonly directory: string;
  readonly record: string;
  readonly journal: string;
  readonly lock: string;
  readonly logs: string;
}

export function runPaths(runsDirectory: string, runId: string): RunPaths {
  const directory = join(runsDirectory, runId);
  return {
    directory,
    record: join(directory, "run.json"),
    journal: join(directory, "journal.jsonl"),
    lock: join(directory, "lock"),
    logs: join(directory, "logs"),
  };
}

export async function makeRunDirectories(paths: RunPaths): Promise<void> {
  await mkdir(paths.logs, { recursive: true, mode: 0o700 });
}

export async function writeRunRecord(paths: RunPaths, record: RunRecord): Promise<void> {
  await writeFileAtomic(paths.record, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
}

/** `undefined` when there is none, or it cannot be understood. */
export async function readRunRecord(paths: RunPaths): Promise<RunRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(paths.record, "utf8")) as RunRecord;
    return record.version === 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Ids of all recorded runs; a state directory that does not exist has none. */
export async function listRunIds(runsDirectory: string): Promise<string[]> {
  const entries = await readdir(runsDirectory, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
