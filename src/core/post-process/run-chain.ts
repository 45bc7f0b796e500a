import type { Artifact } from "../../sdk/artifact.ts";
import type { GeneratedData } from "../../sdk/component.ts";
import type { PlannedPostProcessor } from "../../template/model.ts";
import { deriveRun } from "../../sdk/derive-run.ts";
import type { BuildEvent } from "../../sdk/event.ts";
import type { Run } from "../../sdk/run.ts";
import type { BuildRun } from "../run/build-run.ts";
import { decodeNow } from "../run/decode-now.ts";
import { keepsInput, type ChainResult, type Link } from "./keep-rules.ts";

export interface ChainInput {
  readonly artifact: Artifact;
  readonly data: GeneratedData;
}

/** One chain from the builder's artifact on. Never rejects: a failure is part of the result, beside what exists by then. */
export async function runChain(
  run: BuildRun,
  chain: readonly PlannedPostProcessor[],
  { artifact, data }: ChainInput,
): Promise<ChainResult> {
  const links: Link[] = [];
  let input: Artifact | undefined = artifact;
  try {
    for (const planned of chain) {
      if (!input) break;
      const link: Link = await runPostProcessor(run, planned, { artifact: input, data });
      links.push(link);
      input = link.output;
    }
    await run.unwind("succeeded");
    return { links };
  } catch (error) {
    if (run.failures.leavesEverything) await run.leave();
    else await run.unwind(run.signal.aborted ? "cancelled" : "failed");
    return { links, error };
  }
}

async function runPostProcessor(
  run: BuildRun,
  planned: PlannedPostProcessor,
  { artifact, data }: ChainInput,
): Promise<Link> {
  const { component, type, name } = planned;
  const step = name === undefined || name === type ? `${type} post-processor` : `${type} post-processor "${name}"`;
  run.emit({ kind: "post-processor-started", build: run.build.name, type, name });
  const result = await run.step(step, async () =>
    component.process(forPostProcessor(run, type), decodeNow(run, planned, data), artifact),
  );
  return { input: artifact, output: result.artifact, keepsInput: keepsInput(planned, result) };
}

/** What it says carries the post-processor's type. */
function forPostProcessor(run: Run, postProcessor: string): Run {
  return deriveRun(run, { emit: (event) => run.emit(isSpoken(event) ? { ...event, postProcessor } : event) });
}

function isSpoken(event: BuildEvent): event is Extract<BuildEvent, { kind: "say" | "warning" | "error" | "output" }> {
  return ["say", "warning", "error", "output"].includes(event.kind);
}
