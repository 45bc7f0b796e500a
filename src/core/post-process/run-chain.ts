import type { Artifact } from "../../sdk/artifact.ts";
import type { GeneratedData } from "../../sdk/component.ts";
import type { BuildPlan, PlannedPostProcessor } from "../../template/model.ts";
import type { LinkRecord } from "../artifact-record.ts";
import { deriveRun } from "../../sdk/derive-run.ts";
import type { BuildEvent } from "../../sdk/event.ts";
import type { Run } from "../../sdk/run.ts";
import type { BuildRun } from "../run/build-run.ts";
import { decodeNow } from "../run/decode-now.ts";
import { renewStep } from "../run/renew-step.ts";
import { failedStep, placeInWords } from "../failed-step.ts";
import { describeStep, ownName } from "../describe-step.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { keepsInput, type ChainResult, type Link } from "./keep-rules.ts";

export interface ChainInput {
  readonly artifact: Artifact;
  readonly data: GeneratedData;
  /** Every post-processor of the build, for telling which of them failed. */
  readonly all: readonly PlannedPostProcessor[];
  /** What an earlier run finished of this chain. */
  readonly done: readonly Link[];
  /** Writes down what is finished by now. */
  readonly advance: (links: readonly LinkRecord[]) => Promise<void>;
}

/**
 * One chain, starting from the builder's artifact or after what is done. Never rejects: a failure is part of the result, beside what exists
 * by then.
 */
export async function runChain(
  run: BuildRun,
  chain: readonly PlannedPostProcessor[],
  { artifact, done, advance, ...rest }: ChainInput,
): Promise<ChainResult> {
  const links: Link[] = [...done];
  const last = done.at(-1);
  let input: Artifact | undefined = last ? last.output : artifact;
  if (last) run.say(`Not again, since it ran before: ${chain.slice(0, done.length).map(nameOf).join(", ")}`);
  try {
    for (const planned of chain.slice(done.length)) {
      if (!input) break;
      const link: Link = await runPostProcessor(run, planned, { artifact: input, ...rest });
      links.push(link);
      await advance(links.map(({ record }) => record));
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

const nameOf = (planned: PlannedPostProcessor): string => describeStep(planned, "post-processor");

async function runPostProcessor(
  run: BuildRun,
  planned: PlannedPostProcessor,
  { artifact, data, all }: Pick<ChainInput, "artifact" | "data" | "all">,
): Promise<Link> {
  const { type, name, range } = planned;
  const step = nameOf(planned);
  const order = { number: all.indexOf(planned) + 1, total: all.length };
  run.emit({ kind: "post-processor-started", build: run.build.name, type, name });
  let current = planned;
  let config: unknown;
  let isRetry = false;
  const running = run.step(step, async () => {
    if (isRetry) current = await renewStep(run, { planned: current, what: step, find: sameIn(all, planned), data });
    isRetry = true;
    run.failures.place = placeInWords({ range: current.range, name: ownName(current, "post-processor") }, order);
    config = decodeNow(run, current, data);
    return current.component.process(forPostProcessor(run, type), config, artifact);
  });
  const result = await running.catch((error: unknown) => {
    const place = { what: `${type} post-processor`, name, range, ...order };
    run.failure ??= { error, step: failedStep(place) };
    throw error;
  });
  const { artifact: output, keepInput, mustKeepInput } = result;
  const fingerprint = fingerprintOf(current, config, (text) => run.redact(text));
  const made: LinkRecord["output"] = output === artifact ? "input" : (output ?? null);
  const record: LinkRecord = { fingerprint, keepInput, mustKeepInput, output: made };
  return { input: artifact, output, keepsInput: keepsInput(current, result), record };
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
