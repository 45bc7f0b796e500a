import { cleanUpRun, type Reaped } from "../../core/journal/clean-up-run.ts";
import { forgetRun, listRuns, type ListedRun } from "../../core/journal/list-runs.ts";
import { errorText } from "../../lib/error-text.ts";
import { cacheDirectory } from "../../core/directories.ts";
import { removeDeadLocks } from "../../lib/dead-locks.ts";
import { parseDuration } from "../../lib/duration.ts";
import type { Host } from "../../sdk/host.ts";
import { reapers } from "../../registry.ts";
import { sanitize } from "../../ui/sanitize.ts";
import { booleanFlag, defineCommand, EXIT, textFlag, type CommandContext } from "../command.ts";
import { findRun } from "../find-run.ts";
import { interruptible } from "../interruptible.ts";
import { UsageError } from "../usage-error.ts";

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
    const chosen = flags.run === undefined ? all : [findRun(all, flags.run)];
    const options = { dryRun: flags["dry-run"], json: flags.json };
    return interruptible(context.process, async (signal) => {
      const results = await cleanUpAll(context, chosen, { ...options, signal, isNamed: flags.run !== undefined });
      if (!options.dryRun) await removeDeadLocks(cacheDirectory(context.host));
      if (flags.expired) await forgetExpired(context.host, keepMs, { ...options, chosen });
      return results.some((result) => result === "failed") ? EXIT.leftBehind : EXIT.ok;
    });
  },
});

interface CleanUpAllOptions {
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
  /** The user named the run: say also that there is nothing to do. */
  readonly isNamed: boolean;
}

async function cleanUpAll(
  { host }: CommandContext,
  runs: readonly ListedRun[],
  options: CleanUpAllOptions,
): Promise<readonly string[]> {
  const report = reporter(host, options);
  const kinds: string[] = [];
  for (const run of runs) {
    if (run.state === "running" && options.isNamed) report.say(`Run ${run.runId} is still going: it is left alone.`);
    if (run.state === "running" || run.outstanding.length === 0) continue;
    const reaped = await cleanUpRun(run.runId, run.paths, {
      reapers,
      env: host.env,
      signal: options.signal,
      dryRun: options.dryRun,
      now: () => host.clock.now(),
      onReaped: (found) => report.reaped(run.runId, found),
    });
    if (reaped !== "live") kinds.push(...reaped.map(({ outcome }) => outcome.kind));
  }
  if (kinds.every((kind) => kind === "gone")) report.say("Nothing is left behind.");
  return kinds;
}

async function forgetExpired(
  host: Host,
  keepMs: number,
  { dryRun, json, chosen }: { readonly dryRun: boolean; readonly json: boolean; readonly chosen: readonly ListedRun[] },
): Promise<void> {
  const report = reporter(host, { dryRun, json });
  const ids = new Set(chosen.map(({ runId }) => runId));
  for (const run of await listRuns(host)) {
    const endedAt = run.record.finishedAt ?? run.record.startedAt;
    if (!ids.has(run.runId) || run.state === "running" || run.outstanding.length > 0) continue;
    if (host.clock.now() - endedAt < keepMs) continue;
    if (!dryRun) await forgetRun(run);
    report.say(`${dryRun ? "Would forget" : "Forgot"} run ${run.runId} of ${run.record.template}.`);
  }
}

interface Reporter {
  say(text: string): void;
  reaped(runId: string, found: Reaped): void;
}

function reporter(host: Host, { dryRun, json }: { readonly dryRun: boolean; readonly json: boolean }): Reporter {
  const write = (text: string): void => void host.stdout.write(`${text}\n`);
  if (json) {
    return {
      say: () => {},
      reaped: (runId, { resource, description, outcome, manualCommand }) =>
        write(
          JSON.stringify({
            runId,
            kind: resource.kind,
            id: resource.id,
            description,
            outcome: outcome.kind,
            why: whyOf(outcome),
            manualCommand,
            dryRun,
          }),
        ),
    };
  }
  return {
    say: (text) => write(sanitize(text)),
    reaped: (_, found) => {
      // What is gone already is nothing to tell; the journal had not heard of it yet.
      if (found.outcome.kind !== "gone") write(sanitize(describeReaped(found, dryRun)));
    },
  };
}

function describeReaped({ description, outcome, manualCommand }: Reaped, dryRun: boolean): string {
  switch (outcome.kind) {
    case "removed":
      return `${dryRun ? "Would remove" : "Removed"} ${description}.`;
    case "gone":
      return `Gone already: ${description}.`;
    case "not-ours":
      return `Left alone: ${description}: ${outcome.why}.`;
    case "failed":
      return `Could not remove ${description}: ${errorText(outcome.error)}.${manualCommand === undefined ? "" : ` Remove it with:\n    ${manualCommand}`}`;
  }
}

function whyOf(outcome: Reaped["outcome"]): string | undefined {
  if (outcome.kind === "failed") return errorText(outcome.error);
  return outcome.kind === "not-ours" ? outcome.why : undefined;
}
