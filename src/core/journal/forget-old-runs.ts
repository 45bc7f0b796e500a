import { stat } from "node:fs/promises";
import { parseDuration } from "../../lib/duration.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Host } from "../../sdk/host.ts";
import { forgetRun, readRun } from "./list-runs.ts";
import { listRunIds, runPaths } from "./run-record.ts";
import { runsDirectory } from "./state-directory.ts";

const VARIABLE = "IMGBUILD_KEEP_RUNS";
const DEFAULT = "2160h";

/**
 * Removes the records and logs of runs that ended long ago and left nothing; returns how many. A run that is younger costs
 * one look at its directory.
 */
export async function forgetOldRuns(host: Host): Promise<number> {
  const keepMs = keepTime(host);
  if (keepMs === undefined) return 0;
  const before = host.clock.now() - keepMs;
  let forgotten = 0;
  for (const runId of await listRunIds(runsDirectory(host))) {
    const { directory } = runPaths(runsDirectory(host), runId);
    const changed = await stat(directory).catch(() => undefined);
    if (!changed || changed.mtimeMs >= before) continue;
    const run = await readRun(host, runId);
    const isOver = run.state !== "running" && run.outstanding.length + run.unreadable.length === 0;
    if (!isOver || (run.record.finishedAt ?? run.record.startedAt) >= before) continue;
    await forgetRun(run);
    forgotten++;
  }
  return forgotten;
}

/** `undefined`: for ever. */
function keepTime({ env }: Host): number | undefined {
  const text = env[VARIABLE] || DEFAULT;
  if (text === "never") return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 0) return ms;
  throw new BuildError(`${VARIABLE} is "${text}", which is no duration`, {
    hint: `It says how long the records of runs are kept: 720h for thirty days, or never to keep them all.`,
  });
}
