import { rm } from "node:fs/promises";
import type { Artifact } from "./artifact.ts";

/** An artifact that is files. Destroying it removes them, and nothing else. */
export function fileArtifact(
  builderId: string,
  files: readonly string[],
  description: string,
  more: Partial<Pick<Artifact, "id" | "state" | "digests">> = {},
): Artifact {
  return {
    builderId,
    id: more.id ?? "",
    files,
    description,
    state: more.state ?? {},
    digests: more.digests,
    async destroy(signal) {
      for (const file of files) {
        signal.throwIfAborted();
        await rm(file, { force: true });
      }
    },
  };
}
