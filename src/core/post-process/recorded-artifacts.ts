import { join, resolve } from "node:path";
import { BuildError } from "../../sdk/error.ts";
import type { Host } from "../../sdk/host.ts";
import type { BuildIdentity } from "../../sdk/run.ts";
import { artifactRecordPath, readArtifactRecord, type ArtifactRecord } from "../artifact-record.ts";
import { runsDirectory } from "../journal/state-directory.ts";
import { isManifestEntry, type ManifestEntry } from "../manifest/parse-manifest.ts";

/** What an earlier run built, and how far its post-processors came. */
export interface Recorded {
  readonly record: ArtifactRecord;
  /** Where it is written, and goes on being written; absent where a manifest is all there is. */
  readonly path?: string | undefined;
  readonly runId?: string | undefined;
}

/** Rejects when there is nothing to continue from. */
export type RecordedArtifacts = (build: BuildIdentity) => Promise<Recorded>;

export function artifactsOfRun(runsDirectory: string, runId: string): RecordedArtifacts {
  return async (build) => {
    const path = artifactRecordPath(join(runsDirectory, runId), build);
    const record = await readArtifactRecord(path);
    if (record) return { record, path, runId };
    throw new BuildError(`Run ${runId} has no artifact of the build "${build.name}"`, {
      hint: "Artifacts are recorded for builds that have post-processors and whose builder succeeded. Choose the others with -only.",
    });
  };
}

/**
 * The last entry of each build. The record of the run that wrote it knows more, and is used where it is still there.
 */
export function artifactsOfManifest(
  { entries }: RecordedManifest,
  { name, host }: { readonly name: string; readonly host: Host },
): RecordedArtifacts {
  return async (build) => {
    const entry = entries.findLast(
      (other) => other.name === build.sourceName && other.builder_type === build.builderType,
    );
    if (!entry) throw new BuildError(`The manifest "${name}" has no build "${build.builderType}.${build.sourceName}"`);
    const runId = entry.packer_run_uuid;
    const path = artifactRecordPath(join(runsDirectory(host), runId), build);
    const record = await readArtifactRecord(path);
    return record ? { record, path, runId } : { record: fromEntry(entry, build, host.cwd) };
  };
}

/** From the builder's artifact, whatever ran after it. */
export function fromTheBeginning(recorded: RecordedArtifacts): RecordedArtifacts {
  return async (build) => {
    const found = await recorded(build);
    return { ...found, record: { ...found.record, chains: undefined } };
  };
}

export interface RecordedManifest {
  readonly entries: readonly ManifestEntry[];
  /** Whose directory and time the manifest stands for: the last that wrote it. */
  readonly lastRunId: string | undefined;
}

/** Throws a BuildError where `text` is no manifest. */
export function readRecordedManifest(text: string, name: string): RecordedManifest {
  try {
    const manifest = JSON.parse(text) as { readonly builds?: unknown; readonly last_run_uuid?: unknown } | null;
    const { builds, last_run_uuid: runId } = manifest ?? {};
    const lastRunId = typeof runId === "string" && /^[\w-]+$/.test(runId) ? runId : undefined;
    // Others, of later versions or of nobody's, are passed over.
    if (Array.isArray(builds)) return { entries: builds.filter(isManifestEntry), lastRunId };
  } catch {
    // Reported below, the same as JSON of another shape.
  }
  throw new BuildError(`"${name}" is not a manifest`);
}

function fromEntry(entry: ManifestEntry, build: BuildIdentity, cwd: string): ArtifactRecord {
  if (entry.builder_id === undefined) {
    throw new BuildError(`The manifest does not say what kind of artifact "${entry.name}" is`, {
      hint: "It was written by Packer. imgbuild's own manifests and run records can be post-processed again.",
    });
  }
  const files = (entry.files ?? []).map((file) => resolve(cwd, file.name));
  const artifact = {
    builderId: entry.builder_id,
    id: entry.artifact_id,
    files,
    description: entry.artifact_id,
    state: {},
  };
  return { version: 1, build, data: {}, artifact };
}
