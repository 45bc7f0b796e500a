import { tryLock } from "../../lib/file-lock.ts";
import { BuildError } from "../../sdk/error.ts";
import type { ReapContext, Reaper, ReaperTable, ReapOutcome, Resource } from "../../sdk/journal.ts";
import { openJournalFile } from "./journal-file.ts";
import { readRunRecord, writeRunRecord, type RunPaths } from "./run-record.ts";

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
  const held = await tryLock(paths.lock);
  if (held === undefined) return "live";
  const journal = await openJournalFile(paths.journal);
  try {
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
    if (!options.dryRun && journal.outstanding().length === 0) await closeRecord(paths, options.now());
    return reaped;
  } finally {
    await journal.close();
    await held.release();
  }
}

async function reap(runId: string, resource: Resource, options: CleanUpOptions): Promise<Reaped> {
  const reaper = await options.reapers[resource.kind]?.().catch(() => undefined);
  if (reaper === undefined) {
    const error = new BuildError(`This version of imgbuild cannot remove resources of the kind "${resource.kind}"`);
    return { resource, description: `${resource.kind} ${resource.id}`, outcome: { kind: "failed", error } };
  }
  const words = { resource, description: reaper.describe(resource), manualCommand: reaper.manualCommand?.(resource) };
  return { ...words, outcome: await reapOutcome(reaper, resource, { ...options, runId }) };
}

async function reapOutcome(reaper: Reaper, resource: Resource, context: ReapContext): Promise<Reaped["outcome"]> {
  try {
    return await reaper.reap(resource, {
      runId: context.runId,
      signal: context.signal,
      env: context.env,
      dryRun: context.dryRun,
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
