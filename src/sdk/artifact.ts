import type { ArtifactState } from "./artifact-state.ts";
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
