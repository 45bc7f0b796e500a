import { BuildError } from "../sdk/error.ts";
import type { Run } from "../sdk/run.ts";
import type { BuildPlan } from "../template/model.ts";
import { plannedOf } from "../template/planned-of.ts";

/** Asks every component of a build whether its environment is ready for it. Sentences about what is missing. */
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
export async function requirePreflight(run: Run, plan: BuildPlan): Promise<void> {
  const [first, ...others] = await preflight(run, plan);
  if (first === undefined) return;
  if (others.length === 0) throw new BuildError(first);
  throw new BuildError([first, ...others].map((problem) => `- ${problem}`).join("\n"));
}
