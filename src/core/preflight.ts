import { BuildError } from "../sdk/error.ts";
import type { Run } from "../sdk/run.ts";
import type { BuildPlan } from "../template/model.ts";
import { plannedOf } from "../template/planned-of.ts";

/** Asks every component of a build whether the world is ready for it. Sentences about what is missing. */
export async function preflight(run: Run, plan: BuildPlan): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const planned of plannedOf(plan)) {
    if (!planned.component.preflight) continue;
    const { config } = planned.decode();
    if (config !== undefined) problems.push(...(await planned.component.preflight(run, config)));
  }
  return problems;
}

/** Rejects with everything that is missing, before anything is made. */
export async function checkWorld(run: Run, plan: BuildPlan): Promise<void> {
  const problems = await preflight(run, plan);
  if (problems.length === 0) return;
  throw new BuildError(problems.length === 1 ? problems[0]! : problems.map((problem) => `- ${problem}`).join("\n"));
}
