import type { Artifact } from "../../sdk/artifact.ts";
import type { GeneratedData } from "../../sdk/component.ts";
import { writeFailure } from "../../sdk/write-failure.ts";
import type { BuildPlan } from "../../template/model.ts";
import { artifactRecordPath } from "../artifact-record.ts";
import { STATE_HINT } from "../journal/state-directory.ts";
import { BuildRun } from "../run/build-run.ts";
import type { Session } from "../run/session.ts";
import { dataAfter } from "./artifact-data.ts";
import type { Link } from "./keep-rules.ts";
import { createProgress } from "./progress.ts";
import type { Recorded } from "./recorded-artifacts.ts";
import { isFinished, linksDone, requireFiles } from "./resume.ts";
import { runChains, type PostProcessing } from "./run-chains.ts";

export interface Built {
  readonly artifact: Artifact;
  /** What `build.*` meant while it was built. */
  readonly data: GeneratedData;
  /** The earlier run that this one goes on with. */
  readonly origin: Recorded | undefined;
  readonly runDirectory: string;
  readonly signal: AbortSignal;
}

/** The chains of a build, from where an earlier run stopped. Rejects when what they would start from is gone. */
export async function postProcess(session: Session, plan: BuildPlan, built: Built): Promise<PostProcessing> {
  const { artifact, origin, runDirectory, signal } = built;
  const { chains, identity } = plan;
  if (chains.length === 0) return { artifacts: [artifact], errors: [], runs: [] };
  const { redact } = session;
  const data = dataAfter(built.data, artifact);
  const recorded = origin?.record.chains ?? [];
  const done = await linksDone(chains, { recorded, artifact, data, redact });
  if (origin && startsFromBuilder(done)) await requireFiles(artifact);
  const path = artifactRecordPath(runDirectory, identity);
  const paths = origin?.path === undefined ? [path] : [path, origin.path];
  const records = done.map((links) => links.map(({ record }) => record));
  const progress = createProgress({ record: { build: identity, artifact, data }, chains: records, paths, redact });
  try {
    await progress.begin();
  } catch (error) {
    // What was built belongs to the user, even when it cannot be recorded.
    return { artifacts: [artifact], errors: [await writeFailure(path, error, { hint: STATE_HINT })], runs: [] };
  }
  const createRun = (): BuildRun => new BuildRun(session, identity, signal);
  if (origin && chains.every((chain, index) => isFinished(chain, done[index]!))) {
    createRun().say("Nothing is left to do: every post-processor ran before. With -all they run again.");
  }
  return runChains({ chains, artifact, data, build: identity, done, progress, createRun, signal });
}

const startsFromBuilder = (done: readonly (readonly Link[])[]): boolean => done.some((links) => links.length === 0);
