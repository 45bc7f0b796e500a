import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../lib/atomic-file.ts";
import type { Artifact } from "../sdk/artifact.ts";
import type { GeneratedData } from "../sdk/component.ts";
import { BuildError } from "../sdk/error.ts";
import { fileArtifact } from "../sdk/file-artifact.ts";
import type { BuildIdentity } from "../sdk/run.ts";

/**
 * A builder's artifact as written beside the run record, so that post-processing can be repeated in another process.
 */
export interface ArtifactRecord {
  readonly version: 1;
  readonly build: BuildIdentity;
  readonly data: GeneratedData;
  readonly artifact: Omit<Artifact, "destroy">;
}

/** `redact` masks every secret before it reaches the disk. */
export async function recordArtifact(
  path: string,
  record: Omit<ArtifactRecord, "version">,
  redact: (text: string) => string,
): Promise<void> {
  const { destroy: _, ...artifact } = record.artifact as Artifact;
  const text = JSON.stringify({ version: 1, ...record, artifact } satisfies ArtifactRecord, undefined, 2);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFileAtomic(path, redact(`${text}\n`), { mode: 0o600 });
}

export function artifactRecordPath(runDirectory: string, build: BuildIdentity): string {
  return join(runDirectory, "artifacts", `${build.name.replaceAll(/[^A-Za-z0-9._-]/g, "-")}.json`);
}

/** `undefined` when there is none (the build made no artifact, or had no post-processors). */
export async function readArtifactRecord(path: string): Promise<ArtifactRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(path, "utf8")) as ArtifactRecord;
    return record.version === 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

/** The artifact that a record describes. One that does not consist of files cannot be destroyed from its record. */
export function revive({ artifact }: ArtifactRecord): Artifact {
  const { builderId, files, description, ...more } = artifact;
  if (files.length > 0) return fileArtifact(builderId, files, description, more);
  const refuse = () => Promise.reject(new BuildError(`"${description}" was made by an earlier run and is left alone`));
  return { ...artifact, destroy: refuse };
}
