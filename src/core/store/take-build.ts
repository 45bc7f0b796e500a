import { isAbsolute } from "node:path";
import { hashFile } from "../../lib/checksum.ts";
import { writeAll } from "../../lib/write-all.ts";
import { createOwnedFile } from "../../owned/owned-file.ts";
import type { Artifact } from "../../sdk/artifact.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Step } from "../../sdk/run.ts";
import { writeFailure } from "../../sdk/write-failure.ts";
import {
  artifactRecordPath,
  isArtifactRecord,
  recordArtifact,
  revive,
  type ArtifactRecord,
  type RecordedArtifact,
} from "../artifact-record.ts";
import type { BuildRun } from "../run/build-run.ts";
import { whatIsAt } from "./place-for.ts";
import { fromPortable, relativePath } from "./portable.ts";
import type { StoredBuild, StoredFile } from "./record.ts";
import { DamagedError, type Store } from "./store.ts";
import { verified } from "./verified.ts";

/**
 * As `takeBuild`, and this run has then built it, as far as later runs are concerned: `post-process` goes on from there.
 * Returns what was left in the end.
 */
export async function takeAndRecord(
  run: BuildRun,
  store: Store,
  { record, runDirectory }: { readonly record: StoredBuild; readonly runDirectory: string },
): Promise<readonly Artifact[]> {
  const { artifacts, recipe } = await takeBuild(run, store, record);
  const path = artifactRecordPath(runDirectory, run.build);
  await recordArtifact(path, { ...recipe, build: run.build }, (text) => run.redact(text));
  await run.unwind("succeeded");
  return artifacts;
}

/** A build of a store whose files are here now. */
interface TakenBuild {
  /** What was left in the end. */
  readonly artifacts: readonly Artifact[];
  readonly recipe: ArtifactRecord;
}

/**
 * Brings the files of a stored build into the working directory, each verified by its digest. A file that is there with the
 * same content stays. Rejects where another one is in the way (unless `-force` is given), or a part of the store is damaged;
 * what was brought by then is removed again with the step.
 */
async function takeBuild(run: BuildRun, store: Store, record: StoredBuild): Promise<TakenBuild> {
  const { work } = run.directories;
  const taken = readTaken(record, work, store);
  await run.step("take from the store", async (step) => {
    const missing: { readonly file: StoredFile; readonly path: string }[] = [];
    // Before anything is brought: what is in the way is said at once.
    for (const file of record.files) {
      const path = await pathToWrite(run, file, step);
      if (path !== undefined) missing.push({ file, path });
    }
    const keeps: (() => Promise<void>)[] = [];
    for (const { file, path } of missing) keeps.push(await bring({ run, store, step, key: record.key }, file, path));
    for (const keep of keeps) await keep();
  });
  return taken;
}

function readTaken({ artifacts, recipe }: StoredBuild, work: string, { name }: Store): TakenBuild {
  const kept = fromPortable(artifacts, work) as readonly unknown[];
  const record = fromPortable(recipe, work);
  const records = kept.map((artifact) => ({ ...(record as object), artifact, chains: undefined }));
  const all = [record, ...records];
  if (!all.every(isArtifactRecord) || !all.every((one) => isBelow(one, work))) {
    throw new DamagedError(`A record of the store ${name} is damaged`);
  }
  return {
    artifacts: records.map((one) => revive((one as unknown as ArtifactRecord).artifact)),
    recipe: record as ArtifactRecord,
  };
}

/** Artifacts may be destroyed by who works on: they have to be files of this directory. */
function isBelow(record: ArtifactRecord, work: string): boolean {
  const links = (record.chains ?? []).flat().map(({ output }) => output);
  const outputs = links.filter((output): output is RecordedArtifact => output !== null && output !== "input");
  const files = [record.artifact, ...outputs].flatMap((artifact) => artifact.files);
  return files.every((path) => isAbsolute(path) && relativePath(path, work) !== undefined);
}

/** `undefined` where the content is there already. */
async function pathToWrite(run: BuildRun, file: StoredFile, { signal }: Step): Promise<string | undefined> {
  const { path, found } = await whatIsAt(run.directories.work, file.path);
  if (found === "nothing") return path;
  if (found.size === file.size && (await hashFile(path, "sha256", { signal })).hex === file.sha256) return undefined;
  if (run.options.force) return path;
  throw new BuildError(`${file.path} is there, and is not what the store has under that name`, {
    hint: "Move it away, or replace it with -force.",
  });
}

interface Bringing {
  readonly run: BuildRun;
  readonly store: Store;
  readonly step: Step;
  readonly key: string;
}

/** Returns what makes the file the user's. */
async function bring(bringing: Bringing, file: StoredFile, path: string): Promise<() => Promise<void>> {
  const { run, store, step, key } = bringing;
  const owned = await createOwnedFile(run, step, path, { mode: file.mode });
  try {
    const damaged = async (): Promise<DamagedError> => {
      await store.forget(key, file.sha256, step.signal);
      return new DamagedError(`${file.path} is damaged in the store ${store.name}`);
    };
    let done = 0;
    for await (const piece of verified(store.blob(file.sha256, step.signal), file, damaged)) {
      await writeAll(owned.handle, piece);
      done += piece.length;
      run.progress(`Taking ${file.path}`, done, file.size);
    }
    await owned.commit();
    return () => owned.keep();
  } catch (error) {
    await owned.discard();
    throw await writeFailure(path, error, { shown: file.path });
  }
}
