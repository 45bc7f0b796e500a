import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureDirectory } from "../../lib/ensure-directory.ts";
import { writeFileAtomic } from "../../lib/atomic-file.ts";
import { parseProcessIdentity, type ProcessIdentity } from "../../lib/process-identity.ts";
import type { ArtifactSummary, Leftover, Outcome } from "../../sdk/event.ts";

/** `run.json`: what a run was and how it ended. Everything in it has passed the redactor. */
export interface RunRecord {
  readonly version: 1;
  readonly runId: string;
  readonly template: string;
  /** Where the command ran: `template` and the paths of artifacts start there. Absent in records of older versions. */
  readonly directory?: string | undefined;
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
  /** Of all that it depended on (`core/plan/content-key.ts`). */
  readonly key?: string | undefined;
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
  await ensureDirectory(paths.logs, 0o700);
}

export async function writeRunRecord(paths: RunPaths, record: RunRecord): Promise<void> {
  await writeFileAtomic(paths.record, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
}

/** `undefined` when there is none, or it cannot be understood. */
export async function readRunRecord(paths: RunPaths): Promise<RunRecord | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(paths.record, "utf8"));
    return isRunRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isRunRecord(value: unknown): value is RunRecord {
  if (typeof value !== "object" || value === null) return false;
  const { version, runId, template, directory, builds, startedAt, owner, finishedAt, outcome } = value as Record<
    string,
    unknown
  >;
  const isNamed = version === 1 && typeof runId === "string" && typeof template === "string";
  const isPlaced = directory === undefined || typeof directory === "string";
  const isTimed = isTime(startedAt) && (finishedAt === undefined || isTime(finishedAt));
  const isEnded = outcome === undefined || OUTCOMES.some((known) => known === outcome);
  const isOwned = parseProcessIdentity(owner) !== undefined;
  return isNamed && isPlaced && isTimed && isEnded && isOwned && Array.isArray(builds) && builds.every(isRunBuild);
}

const OUTCOMES: readonly Outcome[] = ["succeeded", "failed", "cancelled"];

const isTime = (value: unknown): boolean => typeof value === "number" && Number.isFinite(new Date(value).getTime());

function isRunBuild(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { name, artifacts, leftovers } = value as Record<string, unknown>;
  return (
    typeof name === "string" && Array.isArray(leftovers) && Array.isArray(artifacts) && artifacts.every(isArtifact)
  );
}

function isArtifact(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { description, files } = value as Record<string, unknown>;
  const isFile = (file: unknown): boolean => typeof (file as { readonly path?: unknown } | null)?.path === "string";
  return typeof description === "string" && Array.isArray(files) && files.every(isFile);
}

/** Ids of all recorded runs; a state directory that does not exist has none. */
export async function listRunIds(runsDirectory: string): Promise<string[]> {
  const entries = await readdir(runsDirectory, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && /^[\w-]+$/.test(entry.name)).map((entry) => entry.name);
}
