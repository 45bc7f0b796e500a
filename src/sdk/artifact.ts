import type { ArtifactState, ArtifactStates, MachineState } from "./artifact-state.ts";
import type { FileDigest } from "./file-digest.ts";

/**
 * What a builder or post-processor leaves behind. Plain data but for `destroy`, so that it can cross a process border.
 * Builder ids are listed in `artifact-state.ts`.
 */
export interface Artifact {
  readonly builderId: string;
  /** As Packer's: `VM`, `region:ami-…,region:ami-…`, a provider name. Need not be unique. */
  readonly id: string;
  /** Absolute paths, in a stable order. Empty for artifacts that are not files (an AMI). */
  readonly files: readonly string[];
  /** One sentence for the summary, e.g. `VM files in directory: output-debian`. */
  readonly description: string;
  /** Facts later stages need; JSON values only. Read with `stateOf`. */
  readonly state: ArtifactState;
  /** By path, of those files that were hashed while they were written. */
  readonly digests?: Readonly<Record<string, FileDigest>> | undefined;
  /** Removes what the artifact stands for. Called only when the user's template says the artifact is not to be kept. */
  destroy(signal: AbortSignal): Promise<void>;
}

/** An artifact of this maker, with the state that goes with it. */
export type ArtifactOf<Id extends keyof ArtifactStates> = Artifact & {
  readonly builderId: Id;
  readonly state: ArtifactStates[Id];
};

/**
 * The state read in this maker's terms. All of it may be missing: an artifact may come from a record, from a maker in
 * another process, or from somebody who passed another artifact's state on.
 */
export function stateOf<Id extends keyof ArtifactStates>(
  { state }: Pick<Artifact, "state">,
  _maker: Id,
): Partial<ArtifactStates[Id]> {
  return state as Partial<ArtifactStates[Id]>;
}

/** Of the machine in the artifact, as Vagrant and Debian name it; `undefined` where the maker did not say. */
export function architectureOf({ state }: Pick<Artifact, "state">): string | undefined {
  return (state as Partial<MachineState>).architecture;
}
