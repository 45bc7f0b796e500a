import type { Artifact } from "../../sdk/artifact.ts";
import type { GeneratedData } from "../../sdk/component.ts";
import type { BuildPlan, PlannedPostProcessor } from "../../template/model.ts";
import { deriveRun } from "../../sdk/derive-run.ts";
import type { BuildEvent } from "../../sdk/event.ts";
import type { Run } from "../../sdk/run.ts";
import type { BuildRun } from "../run/build-run.ts";
import { decodeNow } from "../run/decode-now.ts";
import { renewStep } from "../run/renew-step.ts";
import { failedStep, placeInWords } from "../failed-step.ts";
import { describeStep } from "../describe-step.ts";
import { keepsInput, type ChainResult, type Link } from "./keep-rules.ts";

export interface ChainInput {
  readonly artifact: Artifact;
  readonly data: GeneratedData;
  /** Every post-processor of the build, for telling which of them failed. */
  readonly all: readonly PlannedPostProcessor[];
}

/**
 * One chain, starting from the builder's artifact. Never rejects: a failure is part of the result, beside what exists
 * by then.
 */
export async function runChain(
  run: BuildRun,
  chain: readonly PlannedPostProcessor[],
  { artifact, ...rest }: ChainInput,
): Promise<ChainResult> {
  const links: Link[] = [];
  let input: Artifact | undefined = artifact;
  try {
    for (const planned of chain) {
      if (!input) break;
      const link: Link = await runPostProcessor(run, planned, { artifact: input, ...rest });
      links.push(link);
      input = link.output;
    }
    await run.unwind("succeeded");
    return { links };
  } catch (error) {
    if (run.failures.keepsEverything) await run.keepEverything();
    else await run.unwind(run.signal.aborted ? "cancelled" : "failed");
    return { links, error };
  }
}

async function runPostProcessor(
  run: BuildRun,
  planned: PlannedPostProcessor,
  { artifact, data, all }: ChainInput,
): Promise<Link> {
  const { type, name, range } = planned;
  const step = describeStep(planned, "post-processor");
  run.emit({ kind: "post-processor-started", build: run.build.name, type, name });
  let current = planned;
  let isRetry = false;
  const running = run.step(step, async () => {
    if (isRetry) current = await renewStep(run, { planned: current, what: step, find: sameIn(all, planned), data });
    isRetry = true;
    run.failures.place = placeInWords(current.range);
    return current.component.process(forPostProcessor(run, type), decodeNow(run, current, data), artifact);
  });
  const result = await running.catch((error: unknown) => {
    const place = { what: `${type} post-processor`, name, range, number: all.indexOf(planned) + 1, total: all.length };
    run.failure ??= { error, step: failedStep(place) };
    throw error;
  });
  return { input: artifact, output: result.artifact, keepsInput: keepsInput(current, result) };
}

/** The post-processor of the same place in another plan of the build. */
const sameIn =
  (all: readonly PlannedPostProcessor[], planned: PlannedPostProcessor) =>
  ({ chains }: BuildPlan): PlannedPostProcessor | undefined =>
    chains.flat()[all.indexOf(planned)];

/** Its messages carry the post-processor's type. */
function forPostProcessor(run: Run, postProcessor: string): Run {
  const attribute = (event: BuildEvent): BuildEvent => (isSpoken(event) ? { ...event, postProcessor } : event);
  return deriveRun(run, { emit: (event) => run.emit(attribute(event)) });
}

function isSpoken(event: BuildEvent): event is Extract<BuildEvent, { kind: "say" | "warning" | "error" | "output" }> {
  return ["say", "warning", "error", "output"].includes(event.kind);
}
