import { basename } from "node:path";
import type { Artifact } from "../sdk/artifact.ts";
import type { ArtifactSummary, FailedStep, Leftover, Outcome, StepTime } from "../sdk/event.ts";
import type { BuildPlan } from "../template/model.ts";
import { revive } from "./artifact-record.ts";
import { describeError } from "./describe-error.ts";
import { failedStep } from "./failed-step.ts";
import { exactPattern } from "./plan/exact-pattern.ts";
import { shellCommand } from "../lib/shell-quote.ts";
import { errorChain, errorText } from "../lib/error-text.ts";
import { postProcess } from "./post-process/post-process.ts";
import type { Recorded, RecordedArtifacts } from "./post-process/recorded-artifacts.ts";
import type { PostProcessing } from "./post-process/run-chains.ts";
import { ProvisioningRun } from "./provision/provisioning-run.ts";
import type { BuildRun, Remaining } from "./run/build-run.ts";
import { catchingCrashes } from "./run/crash.ts";
import { decodeNow } from "./run/decode-now.ts";
import type { Session } from "./run/session.ts";
import { orLeftBehind } from "./run/time-limit.ts";
import { putIntoStore, recordForStore, takenFromStore, type StoreUse } from "./store/use-store.ts";
import { requirePreflight } from "./preflight.ts";
import { summarizeArtifact } from "./summarize-artifact.ts";

/** Hashing reads every byte: beyond these sizes a file gets a digest only when the user asked for digests. */
const HASH_UP_TO = { result: 1024 ** 3, intermediate: 64 * 1024 ** 2 };
/** After a crash, how long the rest of the build may take to notice before its clean-up begins without it. */
const CRASH_GRACE_MS = 5_000;

export interface BuildSettings {
  /** Of this run: artifact records go there, so that post-processing can be repeated later. */
  readonly runDirectory: string;
  /** Digests of every artifact, whatever its size (`--metadata-file`). */
  readonly allDigests: boolean;
  /** As the user named it. */
  readonly template: string;
  /** Of the command line, to be typed again: what gives the variables their values. */
  readonly variableArguments: readonly string[];
  /** Where the log of a build is. */
  readonly logPath: (build: string) => string;
  /** Of all that a build depends on, to know later what it was made from. Absent: not wanted. */
  readonly contentKey?: ((plan: BuildPlan) => Promise<string | undefined>) | undefined;
  /** What an earlier run built: the builders do not run, only what comes after them. */
  readonly recorded?: RecordedArtifacts | undefined;
  /** Where what is built is put for other machines, and what they have built is found. */
  readonly store?: StoreUse | undefined;
}

/** Goes into the record of the run, so its members are what readers of the record know. */
export interface BuildResult {
  readonly name: string;
  readonly outcome: Outcome;
  readonly error: string | undefined;
  readonly durationMs: number;
  readonly artifacts: readonly ArtifactSummary[];
  readonly steps: readonly StepTime[];
  readonly leftovers: readonly Leftover[];
  readonly left: Remaining;
  readonly logPath: string;
  /** Of all that it depended on when it began (`core/plan/content-key.ts`). */
  readonly key: string | undefined;
}

/** One build from its builder to the end of its post-processors. Never rejects, whatever its components do. */
export async function runBuild(session: Session, plan: BuildPlan, settings: BuildSettings): Promise<BuildResult> {
  const started = session.host.clock.monotonic();
  const build = plan.identity.name;
  session.emit({ kind: "build-started", build });
  // Beside the build, as its inputs are now. A key that cannot be had costs nothing but a plan that builds again.
  const keying = settings.recorded ? undefined : settings.contentKey?.(plan).catch(() => undefined);
  const taken = await takenFromStore({ session, plan, settings }, keying);
  const made = taken ?? (await buildAndPostProcess(session, plan, settings));
  const artifacts = await summarize(made, session, { build, settings });
  const isMade = taken === undefined && made.errors.length === 0;
  const durationMs = (): number => Math.round(session.host.clock.monotonic() - started);
  const finished = { made, summaries: artifacts, key: keying, durationMs: durationMs() };
  const done = isMade ? await putIntoStore({ session, plan, settings }, finished) : made;
  const outcome = outcomeOf(done.errors, session.signal);
  for (const artifact of artifacts) session.emit({ kind: "artifact", build, artifact });
  const result: BuildResult = {
    name: build,
    outcome,
    error: done.errors.map(errorText).join("; ") || undefined,
    durationMs: durationMs(),
    artifacts,
    steps: done.runs.flatMap((run) => run.stepTimes),
    leftovers: done.runs.flatMap((run) => run.leftovers),
    left: worstOf(done.runs.map((run) => run.remaining)),
    logPath: settings.logPath(build),
    // A build that could not be stored is as good as any other, and can be put there later.
    key: made.errors.length === 0 ? await keying : undefined,
  };
  const { name: _name, left: _left, ...facts } = result;
  session.emit({ kind: "build-finished", build, ...facts, held: session.hold && true });
  return result;
}

function summarize(
  { artifacts, intermediate }: PostProcessing,
  { signal, emit }: Session,
  { build, settings }: { readonly build: string; readonly settings: BuildSettings },
): Promise<readonly ArtifactSummary[]> {
  const hashUpTo = (artifact: Artifact): number => {
    if (settings.allDigests) return Infinity;
    return HASH_UP_TO[intermediate?.has(artifact) ? "intermediate" : "result"];
  };
  const onProgress = (path: string, done: number, total: number): void =>
    emit({ kind: "progress", build, label: `Computing the SHA-256 of ${basename(path)}`, done, total, unit: "bytes" });
  return Promise.all(
    artifacts.map((artifact) => summarizeArtifact(artifact, { signal, onProgress, hashUpTo: hashUpTo(artifact) })),
  );
}

async function buildAndPostProcess(
  session: Session,
  plan: BuildPlan,
  settings: BuildSettings,
): Promise<PostProcessing> {
  const crashed = new AbortController();
  const signal = AbortSignal.any([session.signal, crashed.signal]);
  const active = { build: plan.identity.name, crashed };
  const runs: BuildRun[] = [];
  const ways = waysOn(plan, settings);
  const report = (error: unknown, { again, logPath } = ways): void => {
    const failed =
      runs.find(({ failure }) => failure && errorChain(error).includes(failure.error))?.failure?.step ??
      builderStep(plan);
    const asked = runs.some((one) => one.failures.wasAsked(error)) || undefined;
    reportError(session, plan.identity.name, { error, asked, step: { ...failed, again, logPath } });
  };
  const { run, ...built } = await catchingCrashes(active, async () => {
    for (let current = plan; ; current = await rereadOr(session, plan)) {
      const begun = new ProvisioningRun(session, current, signal);
      runs.push(begun);
      const ended = await runBuilder(begun, current, { crashed: crashed.signal, settings, report });
      if (ended !== "begin anew") return { ...ended, run: begun };
    }
  });
  if ("error" in built) return { artifacts: [], errors: [built.error], runs };
  const { artifact, origin } = built;
  if (!artifact) return { artifacts: [], errors: [], runs };
  const { runDirectory } = settings;
  if (settings.store) await recordForStore({ session, plan, settings }, artifact, run.data);
  const whatIsThere = (error: unknown): PostProcessing => ({ artifacts: [artifact], errors: [error], runs: [] });
  const processed = await catchingCrashes(active, () =>
    postProcess(session, plan, { artifact, data: run.data, origin, runDirectory, signal }).catch(whatIsThere),
  );
  runs.push(...processed.runs);
  // How to run these again is said once, for all of them.
  for (const error of processed.errors) report(error, { logPath: ways.logPath });
  if (processed.errors.length > 0) sayHowToGoOn(run, origin?.runId ?? run.runId, settings);
  return { ...processed, runs };
}

function sayHowToGoOn(run: BuildRun, runId: string, { template, variableArguments }: BuildSettings): void {
  const command = shellCommand(["imgbuild", "post-process", ...variableArguments, runId, template]);
  run.say(`What the builder made is kept. To run the rest of the post-processors:\n    ${command}`);
}

/** The build as the template has it now; what is wrong with it is shown, and it is then as it was. */
async function rereadOr(session: Session, plan: BuildPlan): Promise<BuildPlan> {
  const build = plan.identity.name;
  try {
    return (await session.reread?.(build)) ?? plan;
  } catch (error) {
    session.emit({
      kind: "warning",
      build,
      text: `${errorText(error)} The build goes on with the template as it was.`,
    });
    return plan;
  }
}

interface BuiltArtifact {
  readonly artifact: Artifact | undefined;
  /** The earlier run that made it. */
  readonly origin?: Recorded;
}

type Built = BuiltArtifact | { readonly error: unknown };
/** The user wants it: everything is undone, and the machine goes on at its last checkpoint. */
type BeginAnew = "begin anew";

interface BuilderJob {
  readonly crashed: AbortSignal;
  readonly settings: BuildSettings;
  /** Says why the build fails, before its clean-up begins. */
  readonly report: (error: unknown) => void;
}

async function runBuilder(
  run: ProvisioningRun,
  plan: BuildPlan,
  { crashed, settings, report }: BuilderJob,
): Promise<Built | BeginAnew> {
  try {
    const { recorded } = settings;
    const building = recorded ? recall(run, plan, recorded) : buildOnce(run, plan);
    const built = await orLeftBehind(building, crashed, CRASH_GRACE_MS);
    await run.unwind("succeeded");
    return built;
  } catch (error) {
    if (run.failures.goesBack && !run.signal.aborted) {
      await run.unwind("cancelled");
      return "begin anew";
    }
    const cause: unknown = crashed.aborted ? crashed.reason : error;
    report(cause);
    await pauseToLook(run, cause);
    await undoFailed(run);
    return { error: cause };
  }
}

/** `-debug`: a machine that can be entered is there until the user goes on; who was asked has looked already. */
async function pauseToLook(run: ProvisioningRun, error: unknown): Promise<void> {
  const { failures } = run;
  if (failures.wayIn === "" || failures.keepsEverything || failures.wasAsked(error)) return;
  await run.pause("Pausing before the machine is removed.");
}

async function buildOnce(run: ProvisioningRun, plan: BuildPlan): Promise<BuiltArtifact> {
  run.signal.throwIfAborted();
  const config = decodeNow(run, plan.builder);
  await requirePreflight(run, plan);
  try {
    return { artifact: await plan.builder.component.build(run, config) };
  } finally {
    await run.checkpoints?.settled();
  }
}

async function recall(
  run: ProvisioningRun,
  { identity }: BuildPlan,
  recorded: RecordedArtifacts,
): Promise<BuiltArtifact> {
  const origin = await recorded(identity);
  const { data, artifact } = origin.record;
  run.adopt(data);
  run.say(`Starting from the artifact of an earlier run: ${artifact.description}`);
  return { artifact: revive(artifact), origin };
}

async function undoFailed(run: ProvisioningRun): Promise<void> {
  if (run.signal.aborted) return run.unwind("cancelled");
  if (run.options.onError === "run-cleanup-provisioner") {
    await run.leaveAfterErrorCleanup();
  }
  if (run.failures.keepsEverything) return run.keepEverything();
  await run.unwind("failed");
}

function outcomeOf(errors: readonly unknown[], signal: AbortSignal): Outcome {
  if (errors.length === 0) return "succeeded";
  return signal.aborted ? "cancelled" : "failed";
}

function builderStep({ builder }: BuildPlan): FailedStep {
  return failedStep({ what: `${builder.type} builder`, name: builder.name, range: builder.range });
}

function waysOn(
  { identity }: BuildPlan,
  { template, variableArguments, logPath }: BuildSettings,
): Pick<FailedStep, "again" | "logPath"> {
  const words = ["imgbuild", "build", `-only=${exactPattern(identity.name)}`, ...variableArguments, template];
  return { again: shellCommand(words), logPath: logPath(identity.name) };
}

interface Failure {
  readonly error: unknown;
  /** The user has read it in a question. */
  readonly asked: true | undefined;
  readonly step: FailedStep;
}

function reportError(session: Session, build: string, { error, asked, step }: Failure): void {
  if (session.signal.aborted) return;
  const { text, hint, stack } = describeError(error);
  session.emit({ kind: "error", build, text, hint, asked, step });
  if (stack !== undefined) session.emit({ kind: "debug", build, topic: "crash", text: stack });
}

function worstOf(remaining: readonly Remaining[]): Remaining {
  return (["not removed", "as asked"] as const).find((how) => remaining.includes(how)) ?? "nothing";
}
