import { rmSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { describeError } from "../core/describe-error.ts";
import { describeResource } from "../core/describe-resource.ts";
import { openRun, type OpenRun } from "../core/journal/open-run.ts";
import { runPaths } from "../core/journal/run-record.ts";
import { runsDirectory } from "../core/journal/state-directory.ts";
import { sweepDeadRuns } from "../core/journal/sweep-dead-runs.ts";
import type { RunResult } from "../core/run-builds.ts";
import type { Session } from "../core/run/session.ts";
import { randomUuid } from "../lib/random-uuid.ts";
import type { Leftover } from "../sdk/event.ts";
import { reapers } from "../registry.ts";
import type { LoadOptions } from "../template/load-options.ts";
import type { Template } from "../template/model.ts";
import { logPathFor } from "../ui/log-file.ts";
import type { BuildFlags } from "./build-flags.ts";
import { EXIT, type CommandContext } from "./command.ts";
import { createOutput, type Output } from "./output-flags.ts";
import { loadChecked } from "./load-checked.ts";
import { catchStrayErrors } from "./stray-errors.ts";
import { killChildren } from "./kill-children.ts";
import { createSession, type UnopenedSession } from "./session.ts";
import { watchSignals, type Signals } from "./signals.ts";
import { withoutSecretVariables } from "./without-secret-variables.ts";

/** What a command does once its template is loaded and its run is open. */
export type RunBody = (run: {
  readonly session: Session;
  readonly template: Template;
  readonly open: OpenRun;
  readonly logPath: (build: string) => string;
}) => Promise<RunResult>;

export interface RunSessionOptions extends Pick<LoadOptions, "path" | "undeclaredVariables"> {
  readonly flags: BuildFlags;
  readonly rehash?: boolean;
}

/** A run from its template to its exit code: output, signals, journal, and the record of how it ended. */
export async function runSession(context: CommandContext, options: RunSessionOptions, body: RunBody): Promise<number> {
  const { host, process } = context;
  const { flags } = options;
  const runId = randomUuid();
  const paths = runPaths(runsDirectory(host), runId);
  const output = createOutput(host, flags, {
    metadataFile: flags["metadata-file"],
    logDirectory: paths.logs,
  });
  const run = new AbortController();
  const cleanup = new AbortController();
  let open: OpenRun | undefined;
  const signals = watchSignals({
    process,
    runId,
    run,
    cleanup,
    outstanding: () => leftoversOf(open),
    announce: (text) => output.pipeline.emit({ kind: "say", text }),
    // What was announced gets a moment to be written, even to a reader that has stopped reading.
    exit: (code) => {
      killChildren();
      if (open) rmSync(open.tempDirectory, { recursive: true, force: true });
      void Promise.race([output.pipeline.close(), setTimeout(300)]).finally(() => process.exit(code));
    },
  });
  const stray = catchStrayErrors(context, { runId, run, output });
  const session = createSession(host, {
    runId,
    options: { force: flags.force, debug: flags.debug, onError: flags["on-error"], rehash: options.rehash === true },
    path: options.path,
    output,
    signal: run.signal,
    cleanupSignal: cleanup.signal,
    logDirectory: paths.logs,
  });
  try {
    const { template, isValid } = await loadChecked(session, output, { ...options, readsDataSources: true });
    if (!template || !isValid)
      return signals.received() === undefined ? EXIT.failed : signals.exitCode("cancelled", false);
    await warnOfDeadRuns(session);
    open = await openRun(host, {
      runId,
      template: options.path,
      builds: template.builds.map((plan) => plan.identity.name),
    });
    const directories = { ...session.directories, template: template.directory, temp: open.tempDirectory };
    const result = await body({
      session: {
        ...session,
        host: withoutSecretVariables(host, (text) => output.redactor.text(text)),
        journal: open.journal,
        directories,
      },
      template,
      open,
      logPath: (build) => logPathFor(paths.logs, build),
    });
    const isLeft = hasLeftovers(result, open);
    if (isLeft && open.outstanding().length > 0 && !cleanup.signal.aborted) tellOfCleanup(output, runId);
    await open.finish(output.redactor.value(result));
    open = undefined;
    if (result.outcome === "succeeded") tellOfLateSignal(output, signals);
    return signals.exitCode(result.outcome, isLeft);
  } catch (error) {
    const { text, hint } = describeError(error);
    output.pipeline.emit({ kind: "error", text, hint });
    const isLeft = open !== undefined && open.outstanding().length > 0;
    if (isLeft) tellOfCleanup(output, runId);
    return signals.exitCode("failed", isLeft);
  } finally {
    await open?.finish({ outcome: "failed", builds: [] }).catch(() => {});
    await Promise.race([output.pipeline.close(), ...(signals.received() === undefined ? [] : [setTimeout(1000)])]);
    stray.stop();
    signals.stop();
  }
}

async function leftoversOf(open: OpenRun | undefined): Promise<Leftover[]> {
  return Promise.all((open?.outstanding() ?? []).map((resource) => describeResource(reapers, resource)));
}

async function warnOfDeadRuns({ host, signal, emit }: UnopenedSession): Promise<void> {
  for (const runId of await sweepDeadRuns(host, signal)) {
    const text = `Run ${runId} died and left things behind. Remove them with:\n    imgbuild cleanup -run ${runId}`;
    emit({ kind: "warning", text });
  }
}

/** Whether something is there that should have been removed. What `-on-error=abort` leaves is what the user asked for. */
function hasLeftovers({ builds }: RunResult, open: OpenRun): boolean {
  if (builds.some(({ left }) => left === "not removed")) return true;
  return open.outstanding().length > 0 && builds.every(({ left }) => left === "nothing");
}

function tellOfCleanup({ pipeline }: Output, runId: string): void {
  const text = `Something this run made could not be removed. To try again:\n    imgbuild cleanup -run ${runId}`;
  pipeline.emit({ kind: "warning", text });
}

/** "Cancelling" has been said by then, and is not what happened. */
function tellOfLateSignal({ pipeline }: Output, signals: Signals): void {
  const name = signals.received();
  if (name === undefined) return;
  pipeline.emit({ kind: "say", text: `==> ${name} came too late to cancel anything: what was built is kept.` });
}
