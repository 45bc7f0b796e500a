import { errorText } from "../../lib/error-text.ts";
import { shellCommand } from "../../lib/shell-quote.ts";
import type { Artifact } from "../../sdk/artifact.ts";
import type { GeneratedData } from "../../sdk/component.ts";
import type { ArtifactSummary } from "../../sdk/event.ts";
import type { BuildPlan } from "../../template/model.ts";
import { artifactRecordPath, maskedArtifact, readArtifactRecord, recordArtifact } from "../artifact-record.ts";
import { describeError } from "../describe-error.ts";
import type { PostProcessing } from "../post-process/run-chains.ts";
import { BuildRun } from "../run/build-run.ts";
import type { Session } from "../run/session.ts";
import { putBuild } from "./put-build.ts";
import { DamagedError, type Store } from "./store.ts";
import { takeAndRecord } from "./take-build.ts";

/** How a run uses a store. */
export interface StoreUse {
  readonly store: Store;
  /** What the store has of the same content is taken instead of built. */
  readonly takes: boolean;
}

interface StoredBuilding {
  readonly session: Session;
  readonly plan: BuildPlan;
  readonly settings: {
    readonly store?: StoreUse | undefined;
    readonly runDirectory: string;
    readonly template: string;
  };
}

type Key = Promise<string | undefined> | undefined;

/** The build as the store has it; `undefined` where it is to be built. Never rejects. */
export async function takenFromStore(building: StoredBuilding, keying: Key): Promise<PostProcessing | undefined> {
  const { session, plan, settings } = building;
  const { store, takes } = settings.store ?? {};
  if (!store || !takes || session.signal.aborted) return undefined;
  const run = new BuildRun(session, plan.identity);
  try {
    const key = await keying;
    const record = key === undefined ? undefined : await store.find(key, session.signal);
    if (!record) {
      run.say(key === undefined ? `Not looked for in the store: ${UNKNOWN}.` : `Not in the store ${store.name} yet.`);
      return undefined;
    }
    run.say(`Already built, by run ${record.runId}: it is in the store ${store.name}.`);
    const artifacts = await takeAndRecord(run, store, { record, runDirectory: settings.runDirectory });
    return { artifacts, errors: [], runs: [run] };
  } catch (error) {
    await run.unwind(session.signal.aborted ? "cancelled" : "failed");
    if (error instanceof DamagedError) {
      run.warn(`${errorText(error)}. It is built again.`);
      return undefined;
    }
    report(run, error);
    return { artifacts: [], errors: [error], runs: [run] };
  }
}

const UNKNOWN = "what the build depends on is not known before it runs";

/** What later stages start from, of a build whose post-processors would not write it down. */
export async function recordForStore(
  { session, plan, settings }: StoredBuilding,
  artifact: Artifact,
  data: GeneratedData,
): Promise<void> {
  if (plan.chains.length > 0) return;
  const path = artifactRecordPath(settings.runDirectory, plan.identity);
  // Without it the build is stored all the same, and tells later stages less.
  await recordArtifact(path, { build: plan.identity, data, artifact }, session.redact).catch(() => {});
}

export interface Finished {
  readonly made: PostProcessing;
  readonly summaries: readonly ArtifactSummary[];
  readonly key: Key;
  readonly durationMs: number;
}

/** What was built, with the failure to store it where there is one. Never rejects. */
export async function putIntoStore(building: StoredBuilding, finished: Finished): Promise<PostProcessing> {
  const { session, plan, settings } = building;
  const { made, summaries, durationMs } = finished;
  const store = settings.store?.store;
  if (!store || store.isReadOnly || session.signal.aborted) return made;
  const run = new BuildRun(session, plan.identity);
  const runs = [...made.runs, run];
  const key = await finished.key;
  if (summaries.every(({ files }) => files.length === 0)) {
    run.say("Not put into the store: the artifact is no file.");
    return made;
  }
  if (key === undefined) {
    run.warn(`Not put into the store: ${UNKNOWN}.`);
    return made;
  }
  try {
    const { runDirectory, template } = settings;
    const recorded = await readArtifactRecord(artifactRecordPath(runDirectory, plan.identity));
    const { artifacts } = made;
    const masked = artifacts.map((artifact) => maskedArtifact(artifact, session.redact));
    const recipe = recorded ?? { version: 1 as const, build: plan.identity, data: {}, artifact: masked[0]! };
    const { runId } = session;
    await putBuild(run, store, { key, template, runId, durationMs, artifacts: masked, summaries, recipe });
    await run.unwind("succeeded");
    return { ...made, runs };
  } catch (error) {
    await run.unwind("failed");
    report(run, error);
    const again = shellCommand(["imgbuild", "store", "put", store.name, session.runId]);
    if (!session.signal.aborted) run.say(`What was built is kept. To put it into the store again:\n    ${again}`);
    return { ...made, runs, errors: [error] };
  }
}

function report(run: BuildRun, error: unknown): void {
  if (run.signal.aborted) return;
  const { text, hint } = describeError(error);
  run.emit({ kind: "error", build: run.build.name, text, hint });
}
