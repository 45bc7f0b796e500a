import { lock } from "../../lib/file-lock.ts";
import { identifyProcess } from "../../lib/process-identity.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Outcome } from "../../sdk/event.ts";
import type { Host } from "../../sdk/host.ts";
import type { Journal, Resource } from "../../sdk/journal.ts";
import { makeOwnedDirectory, removeOwnedDirectory } from "../../owned/owned-directory.ts";
import { runProcesses } from "../../owned/run-processes.ts";
import { openJournalFile, type JournalFile } from "./journal-file.ts";
import {
  makeRunDirectories,
  runPaths,
  writeRunRecord,
  type RunBuild,
  type RunPaths,
  type RunRecord,
} from "./run-record.ts";
import { runsDirectory, STATE_HINT } from "./state-directory.ts";
import { tempDirectoryOf } from "./temp-directory.ts";
import { testSignalProbe } from "./test-signal.ts";

export interface OpenRunOptions {
  readonly runId: string;
  /** As the user named it. */
  readonly template: string;
  /** Names of the builds, in template order. */
  readonly builds: readonly string[];
  /** Milliseconds since the epoch; what the names in the template were made with. Default: now. */
  readonly startedAt?: number;
}

/**
 * The record of a live run. As long as this process lives and `finish` was not called, no `cleanup` touches the run.
 */
export interface OpenRun {
  readonly runId: string;
  readonly directory: string;
  readonly logDirectory: string;
  /** Private (0700), removed by `finish`; in the journal like everything else. */
  readonly tempDirectory: string;
  readonly journal: Journal;
  /** Recorded and not struck: what would be left if the run ended now. The temporary directory is not among them. */
  outstanding(): readonly Resource[];
  /**
   * Removes the temporary directory, writes how the run ended, releases the run. Call it exactly once, however the run
   * ends.
   */
  finish(result: { readonly outcome: Outcome; readonly builds: readonly RunBuild[] }): Promise<void>;
}

export async function openRun(host: Host, options: OpenRunOptions): Promise<OpenRun> {
  const paths = runPaths(runsDirectory(host), options.runId);
  try {
    return await recordRun(host, options, paths);
  } catch (cause) {
    if (cause instanceof BuildError) throw cause;
    throw new BuildError(`The record of this run could not be made in ${paths.directory}`, {
      cause,
      hint: `Every run keeps a journal of what it makes. ${STATE_HINT}`,
    });
  }
}

async function recordRun(host: Host, options: OpenRunOptions, paths: RunPaths): Promise<OpenRun> {
  const { runId } = options;
  await makeRunDirectories(paths);
  const held = await lock(paths.lock);
  const started = await newRecord(host, options);
  await writeRunRecord(paths, started);
  const journal = await openJournalFile(paths.journal, testSignalProbe(host));
  const [temp, processes] = await Promise.all([
    makeTempDirectory(host, runId, journal),
    journal.record(runProcesses(runId)),
  ]);
  return {
    runId,
    directory: paths.directory,
    logDirectory: paths.logs,
    tempDirectory: temp.path,
    journal,
    outstanding: () => {
      const resources = journal.outstanding().map(({ resource }) => resource);
      return resources.filter((resource) => !isOfTheRun(resource, temp));
    },
    finish: async ({ outcome, builds }) => {
      try {
        await Promise.all([temp.remove(), processes.strike()]);
        const finished = { ...started, builds, finishedAt: host.clock.now(), outcome };
        await writeRunRecord(paths, finished).catch(unrecorded);
      } finally {
        await journal.close();
        await held.release();
      }
    },
  };
}

async function newRecord(host: Host, options: OpenRunOptions): Promise<RunRecord> {
  const { runId, template, builds, startedAt = host.clock.now() } = options;
  return {
    version: 1,
    runId,
    template,
    directory: host.cwd,
    builds: builds.map((name) => ({ name, artifacts: [], leftovers: [] })),
    startedAt,
    owner: (await identifyProcess(host.pid))!,
  };
}

function unrecorded(cause: unknown): never {
  throw new BuildError("How this run ended could not be recorded", {
    cause,
    hint: "What it made is whole, as listed above; imgbuild runs will say that it died. Make room in the state directory (IMGBUILD_STATE_DIR).",
  });
}

interface TempDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

const isOfTheRun = ({ kind, id }: Resource, temp: TempDirectory): boolean =>
  kind === "run-processes" || (kind === "directory" && id === temp.path);

async function makeTempDirectory(host: Host, runId: string, journal: JournalFile): Promise<TempDirectory> {
  const path = tempDirectoryOf(host, runId);
  const entry = await journal.record({ kind: "directory", id: path });
  await makeOwnedDirectory(path, runId, { mode: 0o700 });
  return {
    path,
    remove: async () => {
      await removeOwnedDirectory(path, runId);
      await entry.strike();
    },
  };
}
