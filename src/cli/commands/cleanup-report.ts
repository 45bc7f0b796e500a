import type { Reaped } from "../../core/journal/clean-up-run.ts";
import { errorText } from "../../lib/error-text.ts";
import { sanitize } from "../../ui/sanitize.ts";

/** How `imgbuild cleanup` says what it does: as text, or with `-json` one object a line for each thing. */
export interface CleanupReport {
  /** For people only. */
  say(text: string): void;
  reaped(runId: string, found: Reaped): void;
}

export interface ReportOptions {
  readonly dryRun: boolean;
  readonly json: boolean;
}

export function createCleanupReport(stdout: NodeJS.WritableStream, { dryRun, json }: ReportOptions): CleanupReport {
  const write = (text: string): void => void stdout.write(`${text}\n`);
  if (json) return { say: () => {}, reaped: (runId, found) => write(toJson(runId, found, dryRun)) };
  return {
    say: (text) => write(sanitize(text)),
    reaped: (_, found) => {
      // Already gone, and only the journal did not know: nothing to report.
      if (found.outcome.kind !== "gone") write(sanitize(toText(found, dryRun)));
    },
  };
}

function toJson(runId: string, { resource, description, outcome, manualCommand }: Reaped, dryRun: boolean): string {
  const { kind, id } = resource;
  return JSON.stringify({
    runId,
    kind,
    id,
    description,
    outcome: outcome.kind,
    why: whyOf(outcome),
    manualCommand,
    dryRun,
  });
}

function whyOf(outcome: Reaped["outcome"]): string | undefined {
  if (outcome.kind === "failed") return errorText(outcome.error);
  if (outcome.kind === "not-ours") return outcome.why;
  return undefined;
}

function toText({ description, outcome, manualCommand }: Reaped, dryRun: boolean): string {
  switch (outcome.kind) {
    case "removed":
      return dryRun ? `Would remove ${description}.` : `Removed ${description}.`;
    case "gone":
      return `Gone already: ${description}.`;
    case "not-ours":
      return `Left alone: ${description}: ${outcome.why}.`;
    case "failed": {
      const failed = `Could not remove ${description}: ${errorText(outcome.error)}.`;
      if (manualCommand === undefined) return failed;
      return `${failed} Remove it with:\n    ${manualCommand}`;
    }
  }
}
