import { access } from "node:fs/promises";
import type { Host } from "../../sdk/host.ts";
import { reaper as directoryReaper } from "../../owned/owned-directory.ts";
import { hastyReaper as pluginReaper } from "../../owned/plugin-process.ts";
import { reaper as processReaper } from "../../owned/run-processes.ts";
import { cleanUpRun } from "./clean-up-run.ts";
import { listRunIds, runPaths } from "./run-record.ts";
import { journalOf } from "./run-state.ts";
import { runsDirectory } from "./state-directory.ts";
import { tempDirectoryOf } from "./temp-directory.ts";

const PROCESSES: ReadonlySet<string> = new Set(["run-processes", "plugin-process"]);

/**
 * Before a run starts: ends the programs of runs that died, removes their temporary directories (they may hold
 * secrets), and returns the ids of those that left more than that. A run that ended in order costs one file access.
 * Never rejects.
 */
export async function sweepDeadRuns(host: Host, signal: AbortSignal): Promise<readonly string[]> {
  const directory = runsDirectory(host);
  const leftBehind: string[] = [];
  for (const runId of await listRunIds(directory)) {
    const paths = runPaths(directory, runId);
    // The lock of a run that ended in order is gone.
    if (!(await isThere(paths.lock))) continue;
    const reaped = await cleanUpRun(runId, paths, {
      reapers: {
        directory: () => Promise.resolve(directoryReaper),
        "run-processes": () => Promise.resolve(processReaper),
        "plugin-process": () => Promise.resolve(pluginReaper),
      },
      env: host.env,
      signal,
      dryRun: false,
      now: () => host.clock.now(),
      only: ({ kind, id }) => PROCESSES.has(kind) || (kind === "directory" && id === tempDirectoryOf(host, runId)),
    }).catch(() => "live" as const);
    if (reaped === "live") continue;
    const { outstanding, unreadable } = await journalOf(paths);
    if (outstanding.length + unreadable.length > 0) leftBehind.push(runId);
  }
  return leftBehind;
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
