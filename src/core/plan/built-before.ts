import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { ArtifactSummary } from "../../sdk/event.ts";
import type { Draft } from "./draft.ts";
import type { PastBuild } from "./history.ts";
import type { Estimate, Unit } from "./unit.ts";
import { median } from "./shards.ts";

/** As many builds as an estimate is made from. */
const MOST_RUNS = 5;

export type Past = Pick<Unit, "state" | "reason" | "estimate">;

interface Places {
  readonly work: string;
  /** Keys of what is in a store. */
  readonly stored: ReadonlySet<string>;
}

/** What earlier builds of a unit tell: how long it takes, and whether it need not be built. `past` is in order of time. */
export async function judgeByPast(draft: Draft, past: readonly PastBuild[], { work, stored }: Places): Promise<Past> {
  const estimate = estimateOf(past);
  if (draft.key !== undefined && stored.has(draft.key)) return { state: "built", reason: "and in the store", estimate };
  if (past.length === 0) return { state: "to build", reason: undefined, estimate };
  const found = await isThere(draft, past, work);
  if (found.runId !== undefined) return { state: "built", reason: `by run ${found.runId}`, estimate };
  return { state: "to build", reason: found.why, estimate };
}

function estimateOf(past: readonly PastBuild[]): Estimate | undefined {
  const latest = past.slice(-MOST_RUNS).map(({ durationMs }) => durationMs);
  const durationMs = median(latest);
  return durationMs === undefined ? undefined : { durationMs, runs: latest.length };
}

interface Found {
  readonly runId?: string;
  readonly why?: string;
}

async function isThere({ key }: Draft, past: readonly PastBuild[], work: string): Promise<Found> {
  if (key === undefined) return { why: "what it depends on is not known before it runs" };
  const same = past.filter((build) => build.key === key).toReversed();
  if (same.length === 0) return { why: "what it depends on has changed" };
  let why = "";
  for (const { runId, artifacts } of same) {
    const lack = await whatIsLost(artifacts, work);
    if (lack === undefined) return { runId };
    why ||= lack;
  }
  return { why };
}

/** Only the last artifacts count: a post-processor may have removed those before. `undefined`: all is there. */
async function whatIsLost(artifacts: readonly ArtifactSummary[], work: string): Promise<string | undefined> {
  const files = artifacts.flatMap((artifact) => artifact.files);
  if (files.length === 0) return "its artifact is no file, and whether it is still there is not asked";
  for (const { path, size } of files) {
    const found = await stat(resolve(work, path)).catch(() => undefined);
    if (found === undefined) return `${path} is gone`;
    if (found.size !== size) return `${path} has changed`;
  }
  return undefined;
}
