import { appendFile } from "node:fs/promises";
import type { ArtifactSummary } from "../../sdk/event.ts";

interface BuildArtifacts {
  readonly build: string;
  readonly artifacts: readonly ArtifactSummary[];
}

/**
 * Adds outputs of the step to the file of `GITHUB_OUTPUT`: `artifact-ids` and `artifact-files`, each the JSON of an object with a
 * list for each build, and `metadata-file` where there is one. Outputs that cannot be written are no failure.
 */
export async function appendStepOutputs(
  path: string,
  builds: readonly BuildArtifacts[],
  metadataFile?: string,
): Promise<void> {
  const outputs = {
    "artifact-ids": byBuild(builds, ({ id }) => [id]),
    "artifact-files": byBuild(builds, ({ files }) => files.map((file) => file.path)),
    ...(metadataFile !== undefined && !/[\r\n]/.test(metadataFile) && { "metadata-file": metadataFile }),
  };
  const lines = Object.entries(outputs).map(([name, value]) => `${name}=${value}\n`);
  await appendFile(path, lines.join("")).catch(() => {});
}

/** JSON has no line ends within. Builds of one name, of several templates, are put together. */
function byBuild(builds: readonly BuildArtifacts[], listOf: (artifact: ArtifactSummary) => readonly string[]): string {
  const lists = new Map<string, readonly string[]>();
  for (const { build, artifacts } of builds) {
    if (artifacts.length > 0) lists.set(build, [...(lists.get(build) ?? []), ...artifacts.flatMap(listOf)]);
  }
  return JSON.stringify(Object.fromEntries(lists));
}
