import { rmSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { describeError } from "../core/describe-error.ts";
import { describeResource } from "../core/describe-resource.ts";
import type { OpenRun } from "../core/journal/open-run.ts";
import { runPaths } from "../core/journal/run-record.ts";
import { runsDirectory } from "../core/journal/state-directory.ts";
import type { Session } from "../core/run/session.ts";
import { exitProcess } from "../lib/exit-process.ts";
import { randomUuid } from "../lib/random-uuid.ts";
import { reapers } from "../registry.ts";
import type { Leftover } from "../sdk/event.ts";
import type { Host } from "../sdk/host.ts";
import type { BuildFlags } from "./build-flags.ts";
import type { CommandContext, FlagValues } from "./command.ts";
import type { Development } from "./development.ts";
import { killChildren } from "./kill-children.ts";
import { createOutput, type Output, type outputFlags } from "./output-flags.ts";
import { createSession, type UnopenedSession } from "./session.ts";
import { watchSignals, type Signals } from "./signals.ts";
import { catchStrayErrors } from "./stray-errors.ts";
import { withoutSecretVariables } from "./without-secret-variables.ts";

export interface ActiveOptions {
  /** The name of the command. */
  readonly command: string;
  /** Of the template. */
  readonly path: string;
  readonly flags: FlagValues<typeof outputFlags> & Pick<BuildFlags, "force" | "debug" | "on-error" | "metadata-file">;
  readonly rehash?: boolean;
  /** The machines wait for changes of the template and its files. */
  readonly develop?: Development | undefined;
}

/** A session with everything that has to be closed however the command ends. */
export interface ActiveSession {
  readonly session: UnopenedSession;
  readonly output: Output;
  readonly signals: Signals;
  readonly strayErrors: { stop(): void };
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** From when the template is valid until how the run ended is recorded. */
  open: OpenRun | undefined;
}

export function activate(context: CommandContext, options: ActiveOptions): ActiveSession {
  const { process } = context;
  const startedAt = context.host.clock.now();
  // One time for all that the template makes of it, and the one that is recorded: a run that goes on later has it again.
  const host = { ...context.host, startedAt: context.host.startedAt ?? startedAt };
  const { flags, command } = options;
  const runId = randomUuid();
  const { logs } = runPaths(runsDirectory(host), runId);
  const metadataFile = metadataFileOf(host, flags);
  const output = createOutput(context, flags, { metadataFile, logDirectory: logs });
  const cancelBuilds = new AbortController();
  const cancelCleanup = new AbortController();
  const signals = watchSignals({
    process,
    runId,
    cancelBuilds,
    cancelCleanup,
    outstanding: () => outstandingOf(active.open),
    announce: (text) => output.pipeline.emit({ kind: "say", text }),
    exit: (code) => void exitAtOnce(active).finally(() => exitProcess(process, code)),
  });
  options.develop?.changed.addEventListener("abort", () => cancelBuilds.abort(options.develop?.changed.reason), {
    once: true,
  });
  const strayErrors = catchStrayErrors(context, { command, runId, cancelBuilds, output });
  const session = createSession(host, {
    runId,
    options: { force: flags.force, debug: flags.debug, onError: flags["on-error"], rehash: options.rehash === true },
    path: options.path,
    output,
    signal: cancelBuilds.signal,
    cleanupSignal: cancelCleanup.signal,
    logDirectory: logs,
  });
  const active: ActiveSession = { session, output, signals, strayErrors, startedAt, open: undefined };
  return active;
}

/** So that the command of a unit is the same wherever it runs. */
export function metadataFileOf(
  { env }: Pick<Host, "env">,
  flags: Pick<BuildFlags, "metadata-file">,
): string | undefined {
  return flags["metadata-file"] ?? (env["IMGBUILD_METADATA_FILE"] || undefined);
}

/** What was announced gets a moment to be written, even to a reader that has stopped reading. */
async function exitAtOnce({ open, output }: ActiveSession): Promise<void> {
  killChildren();
  if (open) rmSync(open.tempDirectory, { recursive: true, force: true });
  await Promise.race([output.pipeline.close(), setTimeout(300)]);
}

/** The session of an open run. `template`: where the template is. */
export function openSession({ session, output }: ActiveSession, open: OpenRun, template: string): Session {
  return {
    ...session,
    host: withoutSecretVariables(session.host, (text) => output.redactor.text(text)),
    journal: open.journal,
    directories: { ...session.directories, template, temp: open.tempDirectory },
  };
}

export function reportFailure({ session, open, signals }: ActiveSession, error: unknown): number {
  const { text, hint } = describeError(error);
  session.emit({ kind: "error", text, hint });
  const hasLeftovers = open !== undefined && open.outstanding().length > 0;
  if (hasLeftovers) warnOfLeftovers(session);
  return signals.exitCode("failed", hasLeftovers);
}

export async function shutDown({ session, open, output, signals, strayErrors }: ActiveSession): Promise<void> {
  await session.plugins.close();
  await open?.finish({ outcome: "failed", builds: [] }).catch(() => {});
  const closed = output.pipeline.close();
  // An interrupted command does not wait long for a reader that has stopped reading.
  if (signals.received() !== undefined) await Promise.race([closed, setTimeout(1000)]);
  else await closed;
  strayErrors.stop();
  signals.stop();
}

async function outstandingOf(open: OpenRun | undefined): Promise<Leftover[]> {
  return Promise.all((open?.outstanding() ?? []).map((resource) => describeResource(reapers, resource)));
}

export function warnOfLeftovers({ emit, runId }: UnopenedSession): void {
  const text = `Something this run made could not be removed. To try again:\n    imgbuild cleanup -run ${runId}`;
  emit({ kind: "warning", text });
}
