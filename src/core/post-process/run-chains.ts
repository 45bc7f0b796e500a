import { errorText } from "../../lib/error-text.ts";
import { flushFiles } from "../../lib/atomic-file.ts";
import type { Artifact } from "../../sdk/artifact.ts";
import type { GeneratedData } from "../../sdk/component.ts";
import type { BuildIdentity } from "../../sdk/run.ts";
import type { PlannedPostProcessor } from "../../template/model.ts";
import type { BuildRun } from "../run/build-run.ts";
import type { Progress } from "./progress.ts";
import { artifactsAfter, type ChainResult, type Link } from "./keep-rules.ts";
import { runChain, type ChainInput } from "./run-chain.ts";

export type Chain = readonly PlannedPostProcessor[];

export interface ChainsJob {
  readonly chains: readonly Chain[];
  /** The builder's artifact. */
  readonly artifact: Artifact;
  readonly data: GeneratedData;
  readonly build: BuildIdentity;
  /** Of each chain, what an earlier run finished. */
  readonly done: readonly (readonly Link[])[];
  readonly progress: Progress;
  /** A run for one chain: each cleans up after itself. */
  readonly createRun: () => BuildRun;
  readonly signal: AbortSignal;
}

export interface PostProcessing {
  /** Everything that exists now. */
  readonly artifacts: readonly Artifact[];
  /** Those of them that a later post-processor made something from. */
  readonly intermediate?: ReadonlySet<Artifact> | undefined;
  /** The failures, in template order. */
  readonly errors: readonly unknown[];
  readonly runs: readonly BuildRun[];
}

/**
 * Runs all chains, a failed one not stopping the others. What the template does not want to keep is destroyed only at
 * the very end, when every chain has succeeded.
 */
export async function runChains(job: ChainsJob): Promise<PostProcessing> {
  const results: ChainResult[] = [];
  const runs: BuildRun[] = [];
  for (const group of groupIndependent(job.chains)) {
    if (job.signal.aborted) break;
    const run = async (chain: Chain): Promise<ChainResult> => {
      const chainRun = job.createRun();
      runs.push(chainRun);
      const index = job.chains.indexOf(chain);
      const advance: ChainInput["advance"] = (links) => recordProgress(chainRun, job.progress.advance(index, links));
      return runChain(chainRun, chain, { ...job, done: job.done[index]!, advance, all: job.chains.flat() });
    };
    results.push(...(await Promise.all(group.map(run))));
  }
  const errors = results.filter((result) => "error" in result).map(({ error }) => error);
  if (job.signal.aborted && results.length < job.chains.length) errors.push(job.signal.reason);
  const { kept, unwanted, intermediate } = artifactsAfter(job.artifact, results);
  if (errors.length > 0) return { artifacts: [...kept, ...unwanted], intermediate, errors, runs };
  const undestroyed = await destroy(unwanted, { kept, run: job.createRun(), signal: job.signal });
  return { artifacts: [...kept, ...undestroyed], intermediate, errors, runs };
}

/** Without the record a later `post-process` runs more than it must; the build itself is none the worse. */
async function recordProgress(run: BuildRun, written: Promise<void>): Promise<void> {
  await written.catch((error: unknown) => {
    run.warn(`That this post-processor has run could not be recorded: ${errorText(error)}`);
  });
}

/** Neighbouring chains that use nothing but their input run together; any other runs alone, in the template's order. */
export function groupIndependent(chains: readonly Chain[]): Chain[][] {
  const groups: Chain[][] = [];
  let open = false;
  for (const chain of chains) {
    const independent = chain.every(({ component }) => component.independent === true);
    if (independent && open) groups.at(-1)!.push(chain);
    else groups.push([chain]);
    open = independent;
  }
  return groups;
}

interface Destruction {
  readonly kept: readonly Artifact[];
  readonly run: BuildRun;
  readonly signal: AbortSignal;
}

/**
 * Nothing is destroyed before what was made from it is safely on the disk. Returns what could not be destroyed: it
 * still exists, so it still belongs to the user.
 */
async function destroy(artifacts: readonly Artifact[], { kept, run, signal }: Destruction): Promise<Artifact[]> {
  if (artifacts.length === 0) return [];
  const undestroyed: Artifact[] = [];
  const flushed = flushFiles(kept.flatMap(({ files }) => files));
  for (const artifact of artifacts) {
    try {
      await flushed;
      await artifact.destroy(signal);
      run.debug("artifact", `removed the intermediate artifact: ${artifact.description}`);
    } catch (error) {
      undestroyed.push(artifact);
      run.warn(
        `An artifact that was not to be kept could not be removed (${artifact.description}): ${errorText(error)}`,
      );
    }
  }
  return undestroyed;
}
