import type { Outcome } from "../sdk/event.ts";
import type { BuildPlan } from "../template/model.ts";
import { mapLimited } from "../lib/limited.ts";
import { runBuild, type BuildResult, type BuildSettings } from "./run-build.ts";
import type { Session } from "./run/session.ts";

export interface RunBuildsOptions extends BuildSettings {
  /** 0 or less: all at once. */
  readonly parallelBuilds: number;
}

export interface RunResult {
  readonly outcome: Outcome;
  /** In template order. */
  readonly builds: readonly BuildResult[];
}

/** All builds of a template, side by side; what happens to one does not touch the others. Never rejects. */
export async function runBuilds(
  session: Session,
  plans: readonly BuildPlan[],
  options: RunBuildsOptions,
): Promise<RunResult> {
  const { monotonic } = session.host.clock;
  const started = monotonic();
  const names = plans.map(({ identity }) => identity.name);
  session.emit({ kind: "run-started", runId: session.runId, builds: names, template: options.template });
  const limit = session.options.debug ? 1 : options.parallelBuilds;
  const builds = await mapLimited(plans, limit, (plan) => runBuild(session, plan, options));
  const outcome = worst(builds.map((build) => build.outcome));
  session.emit({ kind: "run-finished", runId: session.runId, outcome, durationMs: Math.round(monotonic() - started) });
  return { outcome, builds };
}

function worst(outcomes: readonly Outcome[]): Outcome {
  return (["cancelled", "failed"] as const).find((outcome) => outcomes.includes(outcome)) ?? "succeeded";
}
