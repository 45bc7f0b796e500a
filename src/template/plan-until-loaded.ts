import type { Diagnostic } from "../language/diagnostic.ts";
import type { ComponentLookup } from "./component-lookup.ts";
import { decodeAll } from "./decode-all.ts";
import type { Report } from "./diagnostics.ts";
import type { Settle } from "./load-context.ts";
import type { LoadOptions } from "./load-options.ts";
import type { Component } from "../sdk/component.ts";
import type { BuildPlan, Planned } from "./model.ts";
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
  /**
   * Components that no build runs: they are decoded only for what is wrong with them. `idle` ones keep nothing from being
   * built, so that their errors are warnings.
   */
  readonly decodeOnly: (planned: readonly Planned<Component>[], why: "idle" | "mistaken") => void;
  /** Notes that a build was planned, and whether it wants a component that there is not. */
  readonly noteBuild: (name: string, isBlocked: boolean) => void;
}

export interface PlannedBuilds {
  readonly builds: readonly BuildPlan[];
  readonly diagnostics: readonly Diagnostic[];
  /** Where some builds want components that there are not: the names of the others. */
  readonly unblocked: readonly string[];
  /** Components of builds that cannot come to exist. */
  readonly unbuilt: readonly Planned<Component>[];
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
  const rest: Rest[] = [];
  const blocked = new Map<string, boolean>();
  const builds = plan({
    selection,
    report: (...diagnostics) => void found.push(...diagnostics),
    decodeOnly: (planned, why) => void rest.push({ planned, why }),
    noteBuild: (name, isBlocked) => void blocked.set(name, isBlocked),
  });
  // A plan that waits for a component is thrown away: nothing of it needs decoding.
  const isDecoded = !lookup.isWaiting && !options.structureOnly;
  const decoded = isDecoded ? [...decodeAll(builds), ...rest.flatMap(decodeRest)] : [];
  return {
    builds,
    diagnostics: [...found, ...selection.diagnostics(), ...decoded],
    unblocked: unblockedOf(blocked),
    unbuilt: rest.filter(({ why }) => why === "mistaken").flatMap(({ planned }) => planned),
  };
}

interface Rest {
  readonly planned: readonly Planned<Component>[];
  readonly why: "idle" | "mistaken";
}

function decodeRest({ planned, why }: Rest): readonly Diagnostic[] {
  const found = planned.flatMap((component) => component.decode().diagnostics);
  return why === "idle" ? found.map((diagnostic) => ({ ...diagnostic, severity: "warning" })) : found;
}

function unblockedOf(blocked: ReadonlyMap<string, boolean>): readonly string[] {
  const names = [...blocked.keys()].filter((name) => !blocked.get(name));
  return names.length < blocked.size ? names : [];
}

/** Reports, and notes for a build that something it wants does not exist. */
export function noting(report: Report, note: () => void): Report {
  return (...found) => {
    if (found.some(({ code }) => isMissingComponent(code))) note();
    report(...found);
  };
}

export const isMissingComponent = (code: string): boolean => /^unknown-.+-type$/.test(code);
