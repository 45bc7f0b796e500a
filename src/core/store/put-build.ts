import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { hashFile } from "../../lib/checksum.ts";
import { BuildError } from "../../sdk/error.ts";
import type { ArtifactSummary } from "../../sdk/event.ts";
import type { Step } from "../../sdk/run.ts";
import type { ArtifactRecord, RecordedArtifact } from "../artifact-record.ts";
import type { BuildRun } from "../run/build-run.ts";
import { relativePath, toPortable } from "./portable.ts";
import { RECORD_VERSION, type StoredBuild, type StoredFile } from "./record.ts";
import type { Store } from "./store.ts";

/** A build that succeeded, as it is put into a store. */
export interface FinishedBuild {
  readonly key: string;
  /** As the user named it. */
  readonly template: string;
  readonly runId: string;
  readonly durationMs: number;
  /** What was left in the end, and the same in short. */
  readonly artifacts: readonly RecordedArtifact[];
  readonly summaries: readonly ArtifactSummary[];
  /** Secrets are masked in it. */
  readonly recipe: ArtifactRecord;
}

/** Puts the files of a build, and then its record. Rejects, and leaves no record, where one of them is not to be had. */
export async function putBuild(run: BuildRun, store: Store, finished: FinishedBuild): Promise<void> {
  await run.step("put into the store", async (step) => {
    const paths = finished.summaries.flatMap(({ files }) => files);
    const files: StoredFile[] = [];
    // One after the other: each is sent in parts beside each other.
    for (const { path, sha256 } of distinct(paths)) files.push(await putFile({ run, step, store }, path, sha256));
    await store.putRecord(recordOf(run, finished, files), step.signal);
    run.say(`In the store ${store.name} as ${finished.key.slice(0, 12)}.`);
  });
}

type PathAndDigest = ArtifactSummary["files"][number];

function distinct(files: readonly PathAndDigest[]): readonly PathAndDigest[] {
  return [...new Map(files.map((file) => [file.path, file])).values()];
}

interface Putting {
  readonly run: BuildRun;
  readonly step: Step;
  readonly store: Store;
}

async function putFile({ run, step, store }: Putting, path: string, known: string | undefined): Promise<StoredFile> {
  const { work } = run.directories;
  const absolute = resolve(work, path);
  const within = relativePath(absolute, work);
  if (within === undefined) throw outside(path, work);
  const stats = await stat(absolute).catch(() => undefined);
  if (!stats?.isFile()) throw new BuildError(`${path} is to be put into the store, and is no file`);
  const { size } = stats;
  const { signal } = step;
  const sha256 = known ?? (await hashFile(absolute, "sha256", { signal })).hex;
  const onProgress = (done: number): void => run.progress(`Storing ${within}`, done, size);
  await store.putBlob({ path: absolute, size, sha256 }, { signal, onProgress });
  return { path: within, size, sha256, mode: stats.mode & 0o777 };
}

const outside = (path: string, work: string): BuildError =>
  new BuildError(`${path} is not below the working directory ${work}, so it cannot be put into a store`, {
    hint: "A store is for other machines, whose directories are others. Build with a relative output.",
  });

function recordOf(run: BuildRun, finished: FinishedBuild, files: readonly StoredFile[]): StoredBuild {
  const { work } = run.directories;
  const { key, template, runId, durationMs, artifacts, recipe } = finished;
  const portable = (value: unknown): unknown => toPortable(JSON.parse(JSON.stringify(value)), work);
  return {
    version: RECORD_VERSION,
    key,
    build: run.build,
    template,
    runId,
    storedAt: run.host.clock.now(),
    durationMs,
    files,
    artifacts: artifacts.map((artifact) => portable(withoutDigests(artifact))),
    recipe: portable({ ...recipe, artifact: withoutDigests(recipe.artifact) }),
  };
}

/** They are by the times of files, which are others elsewhere. */
function withoutDigests({ builderId, id, files, description, state }: RecordedArtifact): RecordedArtifact {
  return { builderId, id, files, description, state };
}
