import { cleanUpRun, type Reaped } from "../../core/journal/clean-up-run.ts";
import { forgetRun, listRuns, type ListedRun } from "../../core/journal/list-runs.ts";
import { sweepTemporaryFiles } from "../../core/journal/sweep-temporary-files.ts";
import { cacheDirectory } from "../../core/directories.ts";
import { removeDeadLocks } from "../../lib/dead-locks.ts";
import { parseDuration } from "../../lib/duration.ts";
import type { Host } from "../../sdk/host.ts";
import { reapers } from "../../registry.ts";
import { booleanFlag, defineCommand, EXIT, textFlag, type CommandContext } from "../command.ts";
import { selectRuns } from "../find-run.ts";
import { interruptible } from "../interruptible.ts";
import { UsageError } from "../usage-error.ts";
import { createCleanupReport, type CleanupReport } from "./cleanup-report.ts";

export const command = defineCommand({
  name: "cleanup",
  summary: "Remove what runs that died left behind",
  examples: [
    { command: "imgbuild cleanup -dry-run", explains: "say what would be removed" },
    { command: "imgbuild cleanup", explains: "remove what all dead runs left" },
    { command: "imgbuild cleanup -run 1f0c", explains: "of one run only; the beginning of its id is enough" },
    {
      command: "imgbuild cleanup -expired -keep 168h",
      explains: "also forget runs (and their logs) older than a week",
    },
  ],
  arguments: [],
  flags: {
    run: textFlag("ID", "Only this run. The beginning of its id is enough when no other run begins so."),
    "dry-run": booleanFlag("Say what would be removed; change nothing."),
    expired: booleanFlag("Also forget runs that ended longer ago than -keep, with their records and logs."),
    keep: textFlag("DURATION", "How long -expired keeps the record of a run (default 720h)."),
    json: booleanFlag("One JSON object a line for each thing found."),
  },
  notes: [
    "Only what both the journal of the run and the thing's own mark say is ours is removed: a directory with the run's id in its .imgbuild-run file, a process with the id on its command line, a virtual machine or cloud resource that is tagged with it. A run that is still going is never touched.",
    `Exit code ${EXIT.leftBehind} when something could not be removed; it stays in the journal, so that cleanup can be run again.`,
  ],
  async run(context, { flags }) {
    const keepMs = parseDuration(flags.keep ?? "720h");
    if (keepMs === undefined || keepMs < 0)
      throw new UsageError(`-keep: "${flags.keep}" is not a duration such as 720h.`);
    const all = await listRuns(context.host);
    const chosen = selectRuns(all, flags.run);
    const dryRun = flags["dry-run"];
    const report = createCleanupReport(context.host.stdout, { dryRun, json: flags.json });
    return interruptible(context.process, async (signal) => {
      const kinds = await cleanUpAll(context, chosen, report, { dryRun, signal, isNamed: flags.run !== undefined });
      if (!dryRun) await removeDeadLocks(cacheDirectory(context.host));
      if (flags.expired) await forgetExpired(context.host, report, { dryRun, keepMs, chosen });
      return kinds.includes("failed") ? EXIT.leftBehind : EXIT.ok;
    });
  },
});

interface CleanUpAllOptions {
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  /** The user named the run: say also that there is nothing to do. */
  readonly isNamed: boolean;
}

type OutcomeKind = Reaped["outcome"]["kind"];

/** What became of everything that the runs left. */
async function cleanUpAll(
  { host }: CommandContext,
  runs: readonly ListedRun[],
  report: CleanupReport,
  options: CleanUpAllOptions,
): Promise<readonly OutcomeKind[]> {
  const { isNamed } = options;
  const kinds: OutcomeKind[] = [];
  for (const run of runs) {
    if (run.state === "running" && isNamed) report.say(`Run ${run.runId} is still going: it is left alone.`);
    if (run.state !== "running" && !options.dryRun) await sweepTemporaryFiles(run.paths.directory);
    if (run.state === "running" || run.outstanding.length + run.unreadable.length === 0) continue;
    kinds.push(...(await cleanUpOne(host, run, report, options)));
  }
  if (kinds.every((kind) => kind === "gone")) report.say("Nothing is left behind.");
  return kinds;
}

/** Whatever is wrong with one run, the others are cleaned up all the same. */
async function cleanUpOne(
  host: Host,
  run: ListedRun,
  report: CleanupReport,
  { dryRun, signal }: CleanUpAllOptions,
): Promise<readonly OutcomeKind[]> {
  try {
    const reaped = await cleanUpRun(run.runId, run.paths, {
      reapers,
      env: host.env,
      signal,
      dryRun,
      now: () => host.clock.now(),
      onReaped: (found) => report.reaped(run.runId, found),
    });
    return reaped === "live" ? [] : reaped.map(({ outcome }) => outcome.kind);
  } catch (error) {
    signal.throwIfAborted();
    const resource = { kind: "run", id: run.runId };
    report.reaped(run.runId, {
      resource,
      description: `what run ${run.runId} left`,
      outcome: { kind: "failed", error },
    });
    return ["failed"];
  }
}

interface ForgetOptions {
  readonly dryRun: boolean;
  readonly keepMs: number;
  readonly chosen: readonly ListedRun[];
}

async function forgetExpired(
  host: Host,
  report: CleanupReport,
  { dryRun, keepMs, chosen }: ForgetOptions,
): Promise<void> {
  const ids = new Set(chosen.map(({ runId }) => runId));
  const action = dryRun ? "Would forget" : "Forgot";
  for (const run of await listRuns(host)) {
    const { runId, record, state, outstanding, unreadable } = run;
    const endedAt = record.finishedAt ?? record.startedAt;
    if (!ids.has(runId) || state === "running" || outstanding.length + unreadable.length > 0) continue;
    if (host.clock.now() - endedAt < keepMs) continue;
    if (!dryRun) await forgetRun(run);
    report.say(`${action} run ${runId} of ${record.template}.`);
  }
}
