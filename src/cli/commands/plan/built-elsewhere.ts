import type { PastBuild } from "../../../core/plan/history.ts";
import { readPart } from "../../../core/manifest/read-part.ts";
import { BuildError } from "../../../sdk/error.ts";

/** What metadata files tell of builds that succeeded. Rejects where a file is none. */
export async function builtElsewhere(paths: readonly string[], cwd: string): Promise<readonly PastBuild[]> {
  const files = await Promise.all(paths.map((path) => readPart(path, cwd)));
  return files.flatMap((part) => {
    if (part.kind !== "metadata") {
      throw new BuildError(`${part.path} is a manifest, which does not say what its builds were made of`, {
        hint: "Name a file of -metadata-file, or one that manifest merge has made of such files.",
      });
    }
    const succeeded = part.builds.filter(({ outcome }) => outcome === "succeeded");
    return succeeded.map(({ build, template, runId, startedAt, durationMs, key, artifacts }) => ({
      build,
      template,
      runId,
      startedAt: Date.parse(startedAt),
      durationMs,
      key,
      artifacts,
    }));
  });
}
