import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { keepWithinLimit, storeLimit } from "../core/checkpoints/keep-within-limit.ts";
import type { CheckpointPlace } from "../core/checkpoints/place.ts";
import type { CheckpointStore } from "../core/checkpoints/store.ts";
import { describeError } from "../core/describe-error.ts";
import { describeResource } from "../core/describe-resource.ts";
import { forgetOldRuns } from "../core/journal/forget-old-runs.ts";
import { openRun, type OpenRun } from "../core/journal/open-run.ts";
import { runPaths } from "../core/journal/run-record.ts";
import { runsDirectory } from "../core/journal/state-directory.ts";
import { sweepDeadRuns } from "../core/journal/sweep-dead-runs.ts";
import type { RecordedArtifacts } from "../core/post-process/recorded-artifacts.ts";
import { runBuilds, type RunBuildsOptions, type RunResult } from "../core/run-builds.ts";
import type { HeldMachine, Session } from "../core/run/session.ts";
import { exitProcess } from "../lib/exit-process.ts";
import { randomUuid } from "../lib/random-uuid.ts";
import { reapers } from "../registry.ts";
import type { Leftover } from "../sdk/event.ts";
import type { Host } from "../sdk/host.ts";
import type { Template } from "../template/model.ts";
import { plural } from "../ui/words.ts";
import { redactResult } from "../ui/redact-event.ts";
import { logPathFor } from "../ui/log-file.ts";
import type { BuildFlags } from "./build-flags.ts";
import type { CommandContext } from "./command.ts";
import { killChildren } from "./kill-children.ts";
import { loadChecked, type LoadCheckedOptions } from "./load-checked.ts";
import { holdMachine, pathsReadBy, type Development } from "./development.ts";
import { openCheckpointStore, sayWhoCannot } from "./open-checkpoint-store.ts";
import { createOutput, type Output } from "./output-flags.ts";
import { rereadPlan } from "./reread-plan.ts";
import { withSettings } from "./settings.ts";
import { createSession, type UnopenedSession } from "./session.ts";
import { watchSignals, type Signals } from "./signals.ts";
import { catchStrayErrors } from "./stray-errors.ts";
import { withoutSecretVariables } from "./without-secret-variables.ts";

export interface RunSessionOptions {
  /** The name of the command. */
  readonly command: string;
  /** Of the template. */
  readonly path: string;
  /** As it is to be shown, where the user named it from another directory. */
  readonly shownPath?: string | undefined;
  readonly flags: BuildFlags;
  readonly rehash?: boolean;
  /** Machines are saved between provisioners. */
  readonly checkpoints?: boolean;
  /** The machines wait for changes of the template and its files. */
  readonly develop?: Development | undefined;
  /** What an earlier run built; the builders do not run then. */
  readonly recorded?: RecordedArtifacts;
}

/** A run from its template to its exit code: output, signals, journal, builds, and the record of how it ended. */
export async function runSession(context: CommandContext, options: RunSessionOptions): Promise<number> {
  const active = activate(context, options);
  try {
    return await runTemplate(active, options);
  } catch (error) {
    return reportFailure(active, error);
  } finally {
    await shutDown(active);
  }
}

/** A session with everything that has to be closed however the command ends. */
interface ActiveSession {
  readonly session: UnopenedSession;
  readonly output: Output;
  readonly signals: Signals;
  readonly strayErrors: { stop(): void };
  /** From when the template is valid until how the run ended is recorded. */
  open: OpenRun | undefined;
}

function activate(context: CommandContext, options: RunSessionOptions): ActiveSession {
  const { host, process } = context;
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
  const active: ActiveSession = { session, output, signals, strayErrors, open: undefined };
  return active;
}

/** So that the command of a unit is the same wherever it runs. */
function metadataFileOf({ env }: Pick<Host, "env">, flags: BuildFlags): string | undefined {
  return flags["metadata-file"] ?? (env["IMGBUILD_METADATA_FILE"] || undefined);
}

/** What was announced gets a moment to be written, even to a reader that has stopped reading. */
async function exitAtOnce({ open, output }: ActiveSession): Promise<void> {
  killChildren();
  if (open) rmSync(open.tempDirectory, { recursive: true, force: true });
  await Promise.race([output.pipeline.close(), setTimeout(300)]);
}

async function runTemplate(active: ActiveSession, options: RunSessionOptions): Promise<number> {
  const { session, output, signals } = active;
  const template = await loadValid(active, options);
  if (!template) return signals.exitCode("failed", false);
  await tidyRuns(session);
  const { host, runId } = session;
  const builds = template.builds.map(({ identity }) => identity.name);
  const open = await openRun(host, { runId, template: options.path, builds });
  active.open = open;
  const settings = buildSettings(active, { open, template }, options);
  options.develop?.reads(await pathsReadBy(template, session.directories));
  const settled = await withSettings(host);
  const store = await checkpointStore({ ...session, host: settled }, template, options);
  const checkpoints = store && (await checkpointPlace(store, template, resolve(host.cwd, options.path)));
  const hold = options.develop && ((machine: HeldMachine) => holdMachine(session, machine));
  const reread = (build: string) => rereadPlan(session, output, { ...loadOptions(options), build });
  const opened = { ...openSession(active, open, template), checkpoints, hold, reread };
  const result = await runBuilds(opened, template.builds, settings);
  if (store) await tidyStore({ ...session, host: settled }, store);
  const hasLeftovers = leavesSomething(result, open);
  if (hasLeftovers && open.outstanding().length > 0 && !session.cleanupSignal.aborted) warnOfLeftovers(session);
  const ended = result.builds.map((build) => redactResult(build, output.redactor));
  await open.finish({ ...result, builds: ended });
  active.open = undefined;
  if (result.outcome === "succeeded") announceLateSignal(active);
  return signals.exitCode(result.outcome, hasLeftovers);
}

/** None where nothing is built. */
async function checkpointStore(
  { host, emit }: UnopenedSession,
  { builds }: Template,
  { checkpoints = false, flags, recorded }: RunSessionOptions,
): Promise<CheckpointStore | undefined> {
  if (recorded) return undefined;
  const store = await openCheckpointStore(host, { checkpoints, force: flags.force });
  if (store) sayWhoCannot(emit, builds);
  return store;
}

async function checkpointPlace(store: CheckpointStore, template: Template, path: string): Promise<CheckpointPlace> {
  const { currentValues } = await import("../core/checkpoints/named-values.ts");
  return { store, template: path, values: currentValues(template, (value) => store.digest(value)) };
}

async function tidyStore({ host, emit }: UnopenedSession, store: CheckpointStore): Promise<void> {
  const gone = await keepWithinLimit(store, storeLimit(host), host.clock.now());
  if (gone === 0) return;
  const text = `The checkpoint store was over its limit (IMGBUILD_CHECKPOINTS_LIMIT): ${plural(gone, "checkpoint")} unused for longest went.`;
  emit({ kind: "say", text });
}

async function loadValid(
  { session, output }: ActiveSession,
  options: RunSessionOptions,
): Promise<Template | undefined> {
  const { template, isValid } = await loadChecked(session, output, loadOptions(options));
  return isValid ? template : undefined;
}

function loadOptions({ path, flags }: RunSessionOptions): LoadCheckedOptions {
  return {
    path,
    flags,
    undeclaredVariables: flags["warn-on-undeclared-var"] ? "warn" : "ignore",
    readsDataSources: true,
    buildsHere: true,
    releasesOnly: flags["ignore-prerelease-plugins"],
  };
}

function buildSettings(
  { session, output }: ActiveSession,
  { open, template }: { readonly open: OpenRun; readonly template: Template },
  { path, shownPath, flags, recorded }: RunSessionOptions,
): RunBuildsOptions {
  return {
    template: shownPath ?? path,
    parallelBuilds: flags["parallel-builds"],
    runDirectory: open.directory,
    allDigests: metadataFileOf(session.host, flags) !== undefined,
    logPath: (build) => logPathFor(session.directories.log, build),
    contentKey: async (plan) => {
      const { contentKey } = await import("../core/plan/content-key.ts");
      const directories = { ...session.directories, template: template.directory };
      return contentKey(plan, { directories, redact: (text) => output.redactor.text(text) });
    },
    recorded,
  };
}

function openSession({ session, output }: ActiveSession, open: OpenRun, template: Template): Session {
  return {
    ...session,
    host: withoutSecretVariables(session.host, (text) => output.redactor.text(text)),
    journal: open.journal,
    directories: { ...session.directories, template: template.directory, temp: open.tempDirectory },
  };
}

function reportFailure({ session, open, signals }: ActiveSession, error: unknown): number {
  const { text, hint } = describeError(error);
  session.emit({ kind: "error", text, hint });
  const hasLeftovers = open !== undefined && open.outstanding().length > 0;
  if (hasLeftovers) warnOfLeftovers(session);
  return signals.exitCode("failed", hasLeftovers);
}

async function shutDown({ session, open, output, signals, strayErrors }: ActiveSession): Promise<void> {
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

/** What earlier runs left is named, and what is known of those of long ago is forgotten. */
async function tidyRuns({ host, signal, emit }: UnopenedSession): Promise<void> {
  for (const runId of await sweepDeadRuns(host, signal)) {
    const text = `Run ${runId} died and left things behind. Remove them with:\n    imgbuild cleanup -run ${runId}`;
    emit({ kind: "warning", text });
  }
  const forgotten = await forgetOldRuns(host);
  if (forgotten > 0)
    emit({ kind: "say", text: `Forgot ${plural(forgotten, "run")} of long ago, with the logs (IMGBUILD_KEEP_RUNS).` });
}

/**
 * Whether something is there that should have been removed. What `-on-error=abort` leaves is what the user asked for.
 */
function leavesSomething({ builds }: RunResult, open: OpenRun): boolean {
  if (builds.some(({ left }) => left === "not removed")) return true;
  return open.outstanding().length > 0 && builds.every(({ left }) => left === "nothing");
}

function warnOfLeftovers({ emit, runId }: UnopenedSession): void {
  const text = `Something this run made could not be removed. To try again:\n    imgbuild cleanup -run ${runId}`;
  emit({ kind: "warning", text });
}

/** The user has read "Cancelling" by then, and that is not what happened. */
function announceLateSignal({ signals, session }: ActiveSession): void {
  const name = signals.received();
  if (name === undefined) return;
  session.emit({ kind: "say", text: `==> ${name} came too late to cancel anything: what was built is kept.` });
}
