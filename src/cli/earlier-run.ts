import { readFile, stat } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { listRuns } from "../core/journal/list-runs.ts";
import { readRunRecord, runPaths, type RunRecord } from "../core/journal/run-record.ts";
import { runsDirectory } from "../core/journal/state-directory.ts";
import {
  artifactsOfManifest,
  artifactsOfRun,
  readRecordedManifest,
  type RecordedArtifacts,
} from "../core/post-process/recorded-artifacts.ts";
import { BuildError } from "../sdk/error.ts";
import type { Host } from "../sdk/host.ts";
import type { BuildFlags } from "./build-flags.ts";
import { findRun } from "./find-run.ts";

export interface EarlierRun {
  readonly artifacts: RecordedArtifacts;
  /** Absent where a manifest is all that is left of it. */
  readonly record: Pick<RunRecord, "runId" | "startedAt" | "directory"> | undefined;
}

/** The run that `named` means: the beginning of an id, or a manifest file, which stands for the last run in it. */
export async function findEarlierRun(host: Host, named: string): Promise<EarlierRun> {
  const text = await readFile(resolve(host.cwd, named), "utf8").catch(() => undefined);
  if (text !== undefined) return earlierRunOfManifest(host, named, text);
  if (/[./\\]/.test(named)) throw new BuildError(`There is no manifest "${named}"`);
  const { runId, record } = findRun(await listRuns(host), named);
  return { artifacts: artifactsOfRun(runsDirectory(host), runId), record };
}

async function earlierRunOfManifest(host: Host, name: string, text: string): Promise<EarlierRun> {
  const manifest = readRecordedManifest(text, name);
  const artifacts = artifactsOfManifest(manifest, { name, host });
  const { lastRunId } = manifest;
  const record = lastRunId === undefined ? undefined : await readRunRecord(runPaths(runsDirectory(host), lastRunId));
  return { artifacts, record };
}

export interface Work {
  readonly host: Host;
  /** Of the template. */
  readonly path: string;
  readonly flags: BuildFlags;
}

/**
 * The same work in the directory and with the time of the earlier run; what the command line names stays what it is.
 * Rejects with a BuildError when the directory is gone.
 */
export async function atPlaceOf({ record }: EarlierRun, { host, path, flags }: Work): Promise<Work> {
  const directory = record?.directory ?? host.cwd;
  const found = await stat(directory).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new BuildError(`The directory of the run is not there any more: ${directory}`, {
      hint: "Its relative paths lead there. Make it again, or move its files back.",
    });
  }
  const moved: Host = { ...host, cwd: directory, startedAt: record?.startedAt };
  if (directory === host.cwd) return { host: moved, path, flags };
  const absolute = (file: string): string => resolve(host.cwd, file);
  const metadataFile = flags["metadata-file"];
  return {
    host: moved,
    path: path === "-" ? path : relative(directory, absolute(path)) || ".",
    flags: {
      ...flags,
      "var-file": flags["var-file"].map(absolute),
      "metadata-file": metadataFile === undefined ? undefined : absolute(metadataFile),
    },
  };
}
