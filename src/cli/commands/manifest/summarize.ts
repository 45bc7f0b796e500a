import type { MergedMetadata } from "../../../core/manifest/merge-metadata.ts";
import type { Manifest, ManifestEntry } from "../../../core/manifest/parse-manifest.ts";
import type { Host } from "../../../sdk/host.ts";
import { appendStepSummary, type SummaryBuild } from "../../../ui/ci/step-summary.ts";

interface Merged {
  readonly manifest: Manifest | undefined;
  readonly metadata: MergedMetadata | undefined;
}

/** The table of all builds, where a job of GitHub Actions shows one: of the metadata, which knows of failures too. */
export async function summarize({ env }: Pick<Host, "env">, { manifest, metadata }: Merged): Promise<void> {
  const path = env["GITHUB_STEP_SUMMARY"];
  if (env["GITHUB_ACTIONS"] !== "true" || !path) return;
  await appendStepSummary(path, metadata?.builds ?? manifest?.builds.map(fromEntry) ?? []);
}

function fromEntry({ name, builder_type: type, artifact_id: id, files }: ManifestEntry): SummaryBuild {
  const artifact = {
    builderId: "",
    id,
    description: id,
    files: (files ?? []).map((file) => ({ path: file.name, size: file.size ?? 0 })),
  };
  return { build: `${type}.${name}`, outcome: "succeeded", durationMs: undefined, artifacts: [artifact] };
}
