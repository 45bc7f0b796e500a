import type { Outcome } from "../sdk/event.ts";
import type { BuildPlan } from "../template/model.ts";
import { mapLimited } from "../lib/limited.ts";
import { admitByRoom } from "./run/admit-by-room.ts";
import { runBuild, type BuildResult, type BuildSettings } from "./run-build.ts";
import type { Session } from "./run/session.ts";

export interface RunBuildsOptions extends BuildSettings {
  /** 0 or less: all at once. `auto`: as many as there is room for. */
  readonly parallelBuilds: number | "auto";
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
  const { parallelBuilds } = options;
  const isAuto = parallelBuilds === "auto" && !session.options.debug;
  const admit = isAuto ? await admitByRoom(session) : () => Promise.resolve(() => {});
  const limit = session.options.debug ? 1 : Number(isAuto ? 0 : parallelBuilds);
  const builds = await mapLimited(plans, limit, async (plan) => {
    const leave = await admit(plan);
    return runBuild(session, plan, options).finally(leave);
  });
  const outcome = worst(builds.map((build) => build.outcome));
  const durationMs = Math.round(monotonic() - started);
  session.emit({ kind: "run-finished", runId: session.runId, outcome, durationMs, held: session.hold && true });
  return { outcome, builds };
}

function worst(outcomes: readonly Outcome[]): Outcome {
  return (["cancelled", "failed"] as const).find((outcome) => outcomes.includes(outcome)) ?? "succeeded";
}
