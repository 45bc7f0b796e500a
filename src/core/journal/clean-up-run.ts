import { lstat } from "node:fs/promises";
import { tryLock } from "../../lib/file-lock.ts";
import { ownEntry } from "../../lib/own-entry.ts";
import { ownUid } from "../../lib/this-process.ts";
import { BuildError } from "../../sdk/error.ts";
import type { ReapContext, Reaper, ReaperTable, ReapOutcome, Resource } from "../../sdk/journal.ts";
import { removalCommand } from "../../owned/owned-path.ts";
import { describeResource } from "../describe-resource.ts";
import { openJournalFile, type JournalFile } from "./journal-file.ts";
import { readRunRecord, writeRunRecord, type RunPaths } from "./run-record.ts";
import { lastSignOf, runState } from "./run-state.ts";

export interface CleanUpOptions {
  readonly reapers: ReaperTable;
  readonly env: ReapContext["env"];
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  readonly now: () => number;
  /** Only these; the others stay in the journal. Default: all. */
  readonly only?: ((resource: Resource) => boolean) | undefined;
  /** Called for each resource as soon as its outcome is known. */
  readonly onReaped?: ((reaped: Reaped) => void) | undefined;
}

export interface Reaped {
  readonly resource: Resource;
  readonly description: string;
  readonly outcome: ReapOutcome | { readonly kind: "failed"; readonly error: unknown };
  readonly manualCommand?: string | undefined;
}

/**
 * Removes what a dead run left behind, last made first: what its journal names and its own mark says is ours. Two
 * clean-ups of one run exclude each other. `"live"` when the run still has its process; then nothing is touched.
 */
export async function cleanUpRun(
  runId: string,
  paths: RunPaths,
  options: CleanUpOptions,
): Promise<readonly Reaped[] | "live"> {
  const record = await readRunRecord(paths);
  if (record && record.outcome === undefined && (await runState(paths, record, options.now())) === "running")
    return "live";
  await refuseForeignJournal(paths);
  const lastSeen = await lastSignOf(paths);
  const held = await tryLock(paths.lock);
  if (held === undefined) return "live";
  const journal = await openJournalFile(paths.journal);
  try {
    const lastSign = await journal.died(lastSeen);
    const reaped = await reapAll(runId, journal, { ...options, lastSign });
    if (options.only !== undefined) return reaped;
    const damaged = journal.unreadable.map((line) => damagedLine(paths, line));
    damaged.forEach((found) => options.onReaped?.(found));
    if (!options.dryRun && journal.outstanding().length + damaged.length === 0) await closeRecord(paths, options.now());
    return [...reaped, ...damaged];
  } finally {
    await journal.close();
    await held.release();
  }
}

/** A journal says what to remove: one that others may have written is not believed. */
async function refuseForeignJournal(paths: RunPaths): Promise<void> {
  const stats = await lstat(paths.journal).catch(() => undefined);
  if (stats === undefined || ownUid === undefined) return;
  if (stats.isFile() && stats.uid === ownUid && (stats.mode & 0o022) === 0) return;
  throw new BuildError(`The journal ${paths.journal} may have been written by others`, {
    hint: "A clean-up believes only a file that belongs to its user, and that nobody else may write.",
  });
}

interface ReapAllOptions extends CleanUpOptions {
  readonly lastSign: number;
}

async function reapAll(runId: string, journal: JournalFile, options: ReapAllOptions): Promise<Reaped[]> {
  const reaped: Reaped[] = [];
  for (const { entry, resource } of [...journal.outstanding()].reverse()) {
    if (options.only?.(resource) === false) continue;
    options.signal.throwIfAborted();
    const result = await reap(runId, resource, options);
    reaped.push(result);
    options.onReaped?.(result);
    // What turned out not to be ours is the user's own: nothing of this run is left under that name.
    if (result.outcome.kind !== "failed" && !options.dryRun) await journal.strike(entry);
  }
  return reaped;
}

function damagedLine(paths: RunPaths, line: number): Reaped {
  const error = new BuildError("It is damaged, or of a later version of imgbuild, so what it names is not known");
  return {
    resource: { kind: "journal", id: paths.journal },
    description: `line ${line} of the journal ${paths.journal}`,
    outcome: { kind: "failed", error },
    manualCommand: removalCommand("rm -r", paths.directory),
  };
}

async function reap(runId: string, resource: Resource, options: ReapAllOptions): Promise<Reaped> {
  const reaper = await ownEntry(options.reapers, resource.kind)?.().catch(() => undefined);
  if (reaper === undefined) {
    const error = new BuildError(`This version of imgbuild cannot remove resources of the kind "${resource.kind}"`);
    return { resource, description: `${resource.kind} ${resource.id}`, outcome: { kind: "failed", error } };
  }
  const words = await describeResource(options.reapers, resource);
  return { resource, ...words, outcome: await reapOutcome(reaper, resource, { ...options, runId }) };
}

async function reapOutcome(reaper: Reaper, resource: Resource, context: ReapContext): Promise<Reaped["outcome"]> {
  try {
    return await reaper.reap(resource, {
      runId: context.runId,
      signal: context.signal,
      env: context.env,
      dryRun: context.dryRun,
      lastSign: context.lastSign,
    });
  } catch (error) {
    return { kind: "failed", error };
  }
}

/** A run that died is closed once nothing of it remains. */
async function closeRecord(paths: RunPaths, now: number): Promise<void> {
  const record = await readRunRecord(paths);
  if (record === undefined || record.outcome !== undefined) return;
  await writeRunRecord(paths, { ...record, outcome: "cancelled", finishedAt: now });
}
