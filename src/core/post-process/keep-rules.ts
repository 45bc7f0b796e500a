import type { Artifact } from "../../sdk/artifact.ts";
import type { PostProcessed } from "../../sdk/component.ts";
import type { PlannedPostProcessor } from "../../template/model.ts";
import type { LinkRecord } from "../artifact-record.ts";

/** One post-processor that ran: what went in, what came out, and whether the input is to be kept. */
export interface Link {
  readonly input: Artifact;
  readonly output: Artifact | undefined;
  readonly keepsInput: boolean;
  readonly record: LinkRecord;
}

export type ChainResult = { readonly links: readonly Link[]; readonly error?: unknown };

/** The component's veto, then what the user says, then the component's own opinion. */
export function keepsInput(
  { keepInputArtifact }: PlannedPostProcessor,
  result: Pick<PostProcessed, "keepInput" | "mustKeepInput">,
): boolean {
  return result.mustKeepInput === true || (keepInputArtifact ?? result.keepInput);
}

export interface ArtifactsAfter {
  readonly kept: readonly Artifact[];
  /** Those that a later post-processor made something from. */
  readonly intermediate: ReadonlySet<Artifact>;
  /** To be destroyed, provided that everything succeeded. */
  readonly unwanted: readonly Artifact[];
}

/**
 * What stays: the builder's artifact when there was no post-processor or any chain's first one keeps it; inside a
 * chain, each input that is kept, and what came out last. An artifact that lives on in another (same object, or a file
 * in common) is never unwanted.
 */
export function artifactsAfter(built: Artifact, chains: readonly ChainResult[]): ArtifactsAfter {
  const firsts = chains.flatMap(({ links }) => links.slice(0, 1));
  const keepsBuilt = firsts.length === 0 || firsts.some((link) => link.keepsInput);
  const kept = new Set<Artifact>();
  const unwanted = new Set<Artifact>();
  const settle = (artifact: Artifact, isKept: boolean): void => void (isKept ? kept : unwanted).add(artifact);
  settle(built, keepsBuilt);
  for (const { links } of chains) {
    for (const link of links.slice(1)) settle(link.input, link.keepsInput);
    const last = links.at(-1)?.output;
    if (last) kept.add(last);
  }
  const livesOn = (artifact: Artifact): boolean =>
    kept.has(artifact) || [...kept].some((other) => shareFile(artifact, other));
  return {
    kept: [...kept],
    unwanted: [...unwanted].filter((artifact) => !livesOn(artifact)),
    intermediate: intermediateOf(chains),
  };
}

function intermediateOf(chains: readonly ChainResult[]): ReadonlySet<Artifact> {
  const links = chains.flatMap((chain) => chain.links);
  const used = links.filter(({ input, output }) => output !== undefined && output !== input);
  return new Set(used.map(({ input }) => input));
}

function shareFile(one: Artifact, other: Artifact): boolean {
  return one.files.some((file) => other.files.includes(file));
}
