import { resolve } from "node:path";
import { findConflicts, findDependencies } from "./dependencies.ts";
import { judgeByPast } from "./built-before.ts";
import type { Draft } from "./draft.ts";
import type { PastBuild } from "./history.ts";
import { stagesOf } from "./stages.ts";
import type { Unit } from "./unit.ts";

export interface PlanUnitsOptions {
  /** Where the commands are run. */
  readonly work: string;
  readonly past: readonly PastBuild[];
  /** What the user says, by id. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  /** Keys of builds that other machines have put into a store. */
  readonly stored?: ReadonlySet<string>;
}

/** Puts the units beside each other: what waits for what, what is built, how long it takes. In the order of the drafts. */
export async function planUnits(
  drafts: readonly Draft[],
  { work, past, given, stored = new Set() }: PlanUnitsOptions,
): Promise<readonly Unit[]> {
  const found = await findDependencies(drafts, work);
  const dependencies = new Map(
    drafts.map(({ id }) => [id, [...new Set([...(found.get(id) ?? []), ...(given.get(id) ?? [])])]]),
  );
  const names = new Map(drafts.map(({ id, build, template }) => [id, `${template}:${build}`]));
  const stages = stagesOf(dependencies, (id) => names.get(id) ?? id);
  const conflicts = findConflicts(drafts, work);
  const pastOf = groupPast(past, work);
  const units = drafts.map(async (draft): Promise<Unit> => {
    const { id, build, builder, template, command, writes, key, needs } = draft;
    const judged = await judgeByPast(draft, pastOf(template, build), { work, stored });
    const inputs = draft.inputs.map(({ path: _, ...input }) => input);
    const place = { dependsOn: dependencies.get(id)!, conflictsWith: conflicts.get(id)!, stage: stages.get(id)! };
    return { id, build, builder, template, command, inputs, writes, key, needs, ...place, ...judged };
  });
  return withRebuiltBases(await Promise.all(units));
}

function groupPast(
  past: readonly PastBuild[],
  work: string,
): (template: string, build: string) => readonly PastBuild[] {
  const groups = new Map<string, PastBuild[]>();
  for (const one of past) {
    const name = JSON.stringify([resolve(work, one.template), one.build]);
    const group = groups.get(name) ?? [];
    group.push(one);
    groups.set(name, group);
  }
  return (template, build) => groups.get(JSON.stringify([resolve(work, template), build])) ?? [];
}

/** What is made from something that is going to be built again is built again as well. */
function withRebuiltBases(units: readonly Unit[]): readonly Unit[] {
  const rebuilt = new Map(units.map((unit) => [unit.id, unit]));
  for (const unit of units.toSorted((one, other) => one.stage - other.stage)) {
    const base = unit.dependsOn.map((id) => rebuilt.get(id)!).find(({ state }) => state === "to build");
    if (!base || unit.state === "to build") continue;
    rebuilt.set(unit.id, { ...unit, state: "to build", reason: `${base.build}, which it reads, is built again` });
  }
  return units.map(({ id }) => rebuilt.get(id)!);
}
