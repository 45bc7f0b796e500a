import { lstat, realpath, rm } from "node:fs/promises";
import type { Artifact } from "../sdk/artifact.ts";

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
        await removeFile(file);
      }
    },
  };
}

/** A link is the user's, and what it leads to is the file; a device or a pipe is no file of ours. */
async function removeFile(path: string): Promise<void> {
  const real = await realpath(path).catch(() => path);
  const stats = await lstat(real).catch(() => undefined);
  if (stats?.isFile()) await rm(real, { force: true });
}
