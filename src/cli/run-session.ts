import { resolve } from "node:path";
import { keepWithinLimit, storeLimit } from "../core/checkpoints/keep-within-limit.ts";
import type { CheckpointPlace } from "../core/checkpoints/place.ts";
import { canShareCheckpoints, sharedSecret } from "../core/checkpoints/shared.ts";
import type { CheckpointStore } from "../core/checkpoints/store.ts";
import { forgetOldRuns } from "../core/journal/forget-old-runs.ts";
import { openRun, type OpenRun } from "../core/journal/open-run.ts";
import { sweepDeadRuns } from "../core/journal/sweep-dead-runs.ts";
import type { RecordedArtifacts } from "../core/post-process/recorded-artifacts.ts";
import { runBuilds, type RunBuildsOptions, type RunResult } from "../core/run-builds.ts";
import type { HeldMachine } from "../core/run/session.ts";
import type { Store } from "../core/store/store.ts";
import type { StoreUse } from "../core/store/use-store.ts";
import type { Template } from "../template/model.ts";
import { plural } from "../ui/words.ts";
import { redactResult } from "../ui/redact-event.ts";
import { logPathFor } from "../ui/log-file.ts";
import {
  activate,
  metadataFileOf,
  openSession,
  reportFailure,
  shutDown,
  warnOfLeftovers,
  type ActiveSession,
} from "./active-session.ts";
import type { BuildFlags } from "./build-flags.ts";
import type { CommandContext } from "./command.ts";
import { loadChecked, type LoadCheckedOptions } from "./load-checked.ts";
import { holdMachine, pathsReadBy, type Development } from "./development.ts";
import { openCheckpointStore, sayWhoCannot } from "./open-checkpoint-store.ts";
import { rereadPlan } from "./reread-plan.ts";
import type { UnopenedSession } from "./session.ts";
import { variableArguments } from "./variable-arguments.ts";
import { withSettings } from "./settings.ts";
import { storeOfRun, type SharedStore } from "./store-of-run.ts";

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
  readonly store?: SharedStore | undefined;
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

async function runTemplate(active: ActiveSession, options: RunSessionOptions): Promise<number> {
  const { session, output, signals, startedAt } = active;
  const template = await loadValid(active, options);
  if (!template) return signals.exitCode("failed", false);
  await tidyRuns(session);
  const shared = await storeOfRun(session, options.store);
  const { host, runId } = session;
  const builds = template.builds.map(({ identity }) => identity.name);
  const open = await openRun(host, { runId, template: options.path, builds, startedAt });
  active.open = open;
  const settings = {
    ...buildSettings(active, { open, template }, options),
    store: shared,
  };
  options.develop?.reads(await pathsReadBy(template, session.directories));
  const settled = await withSettings(host);
  const forCheckpoints =
    options.store?.checkpoints === true ? await storeOfCheckpoints(shared, session.signal) : undefined;
  const store = await checkpointStore({ ...session, host: settled }, template, { ...options, shared: forCheckpoints });
  const path = resolve(host.cwd, options.path);
  const checkpoints = store && { ...(await checkpointPlace(store, template, path)), shared: forCheckpoints };
  const hold = options.develop && ((machine: HeldMachine) => holdMachine(session, machine));
  const reread = (build: string) => rereadPlan(session, output, { ...loadOptions(options), build });
  const opened = { ...openSession(active, open, template.directory), checkpoints, hold, reread };
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

async function storeOfCheckpoints(shared: StoreUse | undefined, signal: AbortSignal): Promise<Store | undefined> {
  if (!shared || !(await canShareCheckpoints(shared.store, signal))) return undefined;
  return shared.store;
}

/** None where nothing is built. */
async function checkpointStore(
  { host, emit, signal }: UnopenedSession,
  { builds }: Template,
  { checkpoints = false, flags, recorded, shared }: RunSessionOptions & { readonly shared: Store | undefined },
): Promise<CheckpointStore | undefined> {
  if (recorded) return undefined;
  const secret = shared && (() => sharedSecret(shared, signal));
  const store = await openCheckpointStore(host, { checkpoints, force: flags.force, secret });
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
  { path, shownPath, flags, recorded, store }: RunSessionOptions,
): RunBuildsOptions {
  const given = variableArguments(template, flags);
  return {
    template: shownPath ?? path,
    variableArguments: [...given.open, ...given.masked],
    parallelBuilds: flags["parallel-builds"],
    runDirectory: open.directory,
    allDigests: store !== undefined || metadataFileOf(session.host, flags) !== undefined,
    logPath: (build) => logPathFor(session.directories.log, build),
    contentKey: async (plan) => {
      const { contentKey } = await import("../core/plan/content-key.ts");
      const directories = { ...session.directories, template: template.directory };
      return contentKey(plan, { directories, redact: (text) => output.redactor.text(text) });
    },
    recorded,
  };
}

/** What earlier runs left is named, and what is known of those of long ago is forgotten. */
export async function tidyRuns({ host, signal, emit }: UnopenedSession): Promise<void> {
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
export function leavesSomething({ builds }: RunResult, open: OpenRun): boolean {
  if (builds.some(({ left }) => left === "not removed")) return true;
  return open.outstanding().length > 0 && builds.every(({ left }) => left === "nothing");
}

/** The user has read "Cancelling" by then, and that is not what happened. */
function announceLateSignal({ signals, session }: ActiveSession): void {
  const name = signals.received();
  if (name === undefined) return;
  session.emit({ kind: "say", text: `==> ${name} came too late to cancel anything: what was built is kept.` });
}
