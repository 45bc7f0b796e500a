import { resolve } from "node:path";
import { mapLimited } from "../../lib/limited.ts";
import type { Host } from "../../sdk/host.ts";
import type { ArtifactSummary } from "../../sdk/event.ts";
import { listRunIds, readRunRecord, runPaths } from "../journal/run-record.ts";
import { runsDirectory } from "../journal/state-directory.ts";

/** An earlier build that succeeded. */
export interface PastBuild {
  /** Of the template: absolute, or as a metadata file has it. */
  readonly template: string;
  readonly build: string;
  readonly runId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly key: string | undefined;
  readonly artifacts: readonly ArtifactSummary[];
}

/** Records that are read at a time. */
const AT_ONCE = 32;

/** What the runs of this computer have built, the latest last. */
export async function pastBuilds(host: Host): Promise<readonly PastBuild[]> {
  const runs = runsDirectory(host);
  const ids = await listRunIds(runs);
  const records = await mapLimited(ids, AT_ONCE, (id) => readRunRecord(runPaths(runs, id)));
  const known = records.filter((record) => record !== undefined);
  const past = known.flatMap(({ builds, template, directory = host.cwd, runId, startedAt }) =>
    builds.flatMap(({ name, outcome, durationMs, artifacts, key }): readonly PastBuild[] => {
      if (outcome !== "succeeded" || durationMs === undefined) return [];
      return [{ template: resolve(directory, template), build: name, runId, startedAt, durationMs, key, artifacts }];
    }),
  );
  return past.toSorted((one, other) => one.startedAt - other.startedAt);
}
