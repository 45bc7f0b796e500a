import type { ArtifactRecord, LinkRecord } from "../artifact-record.ts";
import { recordArtifact } from "../artifact-record.ts";

/** How far the chains of a build have come, written down after each post-processor. */
export interface Progress {
  /** The artifact of the builder, before any post-processor. Rejects when it cannot be written. */
  begin(): Promise<void>;
  /** What chain number `index` has finished by now. Rejects when it cannot be written. */
  advance(index: number, links: readonly LinkRecord[]): Promise<void>;
}

export interface ProgressOptions {
  readonly record: Pick<ArtifactRecord, "build" | "artifact" | "data">;
  /** Of the chains of the template, what an earlier run has finished. */
  readonly chains: readonly (readonly LinkRecord[])[];
  /** Of this run, and of the run that it goes on with. */
  readonly paths: readonly string[];
  readonly redact: (text: string) => string;
}

export function createProgress({ record, chains, paths, redact }: ProgressOptions): Progress {
  const now = [...chains];
  let last: Promise<unknown> = Promise.resolve();
  // Chains run at the same time; the record always holds what all of them have finished.
  const write = async (): Promise<void> => {
    const written = last.then(() =>
      Promise.all(paths.map((path) => recordArtifact(path, { ...record, chains: now }, redact))),
    );
    last = written.catch(() => undefined);
    await written;
  };
  return {
    begin: write,
    advance: (index, links) => {
      now[index] = links;
      return write();
    },
  };
}
