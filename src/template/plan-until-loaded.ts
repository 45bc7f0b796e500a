import type { Diagnostic } from "../language/diagnostic.ts";
import type { ComponentLookup } from "./component-lookup.ts";
import { decodeAll } from "./decode-all.ts";
import type { Report } from "./diagnostics.ts";
import type { Settle } from "./load-context.ts";
import type { LoadOptions } from "./load-options.ts";
import type { BuildPlan } from "./model.ts";
import { Selection } from "./select-builds.ts";

export interface Planning {
  readonly options: Pick<LoadOptions, "only" | "except" | "structureOnly">;
  readonly lookup: ComponentLookup;
  readonly settle: Settle;
  /**
   * Synchronous, and without side effects but what it reports: it runs as often as it takes, and the last time counts.
   */
  readonly plan: (round: PlanningRound) => readonly BuildPlan[];
}

/** What one round of planning asks and reports to; each round has its own. */
export interface PlanningRound {
  readonly selection: Selection;
  readonly report: Report;
}

export interface PlannedBuilds {
  readonly builds: readonly BuildPlan[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Plans the builds of a template and decodes their arguments. Loads the components that the plan names, and plans
 * again, until none is missing. `docs/evaluation.md` has the picture.
 */
export async function planUntilLoaded(planning: Planning): Promise<PlannedBuilds> {
  for (;;) {
    const planned = await planning.settle(() => planOnce(planning));
    if (!(await planning.lookup.loadWanted())) return planned;
  }
}

function planOnce({ options, lookup, plan }: Planning): PlannedBuilds {
  const found: Diagnostic[] = [];
  const selection = new Selection(options.only, options.except);
  const builds = plan({ selection, report: (...diagnostics) => void found.push(...diagnostics) });
  // A plan that waits for a component is thrown away: nothing of it needs decoding.
  const isDecoded = !lookup.isWaiting && !options.structureOnly;
  const decoded = isDecoded ? decodeAll(builds) : [];
  return { builds, diagnostics: [...found, ...selection.diagnostics(), ...decoded] };
}
