import type { MergedMetadata } from "../../../core/manifest/merge-metadata.ts";
import type { Manifest, ManifestEntry } from "../../../core/manifest/parse-manifest.ts";
import type { Host } from "../../../sdk/host.ts";
import { appendStepOutputs } from "../../../ui/ci/step-outputs.ts";
import { appendStepSummary, type SummaryBuild } from "../../../ui/ci/step-summary.ts";

interface Merged {
  readonly manifest: Manifest | undefined;
  readonly metadata: MergedMetadata | undefined;
  /** Where the metadata has been written. */
  readonly metadataFile: string | undefined;
}

/**
 * The table of all builds, where a job of GitHub Actions shows one, and the outputs of the step: of the metadata, which knows of
 * failures too.
 */
export async function summarize({ env }: Pick<Host, "env">, merged: Merged): Promise<void> {
  if (env["GITHUB_ACTIONS"] !== "true") return;
  const builds = merged.metadata?.builds ?? merged.manifest?.builds.map(fromEntry) ?? [];
  const { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: outputs } = env;
  if (summary) await appendStepSummary(summary, builds);
  if (outputs) await appendStepOutputs(outputs, builds, merged.metadataFile);
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
