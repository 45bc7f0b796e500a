import type { Unit } from "./unit.ts";

export interface Shard {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** What a unit counts where nothing is known of any. */
const UNKNOWN_MS = 10 * 60_000;

/**
 * The units of one shard, in the order of the plan. All shards together have each unit once, and take about the same time:
 * the longest chains are dealt out first, each to the shard that has least. Units that wait for each other stay together.
 */
export function unitsOfShard(units: readonly Unit[], { number, of }: Shard): readonly Unit[] {
  const unknownMs = median(units.flatMap(({ estimate }) => (estimate ? [estimate.durationMs] : []))) ?? UNKNOWN_MS;
  const durationOf = ({ estimate, state }: Unit): number =>
    state === "built" ? 0 : (estimate?.durationMs ?? unknownMs);
  const groups = groupsOf(units).map((members) => ({
    members,
    durationMs: members.reduce((total, unit) => total + durationOf(unit), 0),
  }));
  const loads = Array.from({ length: of }, () => ({ durationMs: 0, count: 0 }));
  const mine = new Set<string>();
  // Sorting is stable: equal groups stay in the order of the plan.
  for (const { members, durationMs } of groups.toSorted((one, other) => other.durationMs - one.durationMs)) {
    const index = leastLoaded(loads);
    loads[index]!.durationMs += durationMs;
    loads[index]!.count += members.length;
    if (index === number - 1) for (const { id } of members) mine.add(id);
  }
  return units.filter(({ id }) => mine.has(id));
}

function leastLoaded(loads: readonly { readonly durationMs: number; readonly count: number }[]): number {
  let best = 0;
  for (const [index, { durationMs, count }] of loads.entries()) {
    const least = loads[best]!;
    if (durationMs < least.durationMs || (durationMs === least.durationMs && count < least.count)) best = index;
  }
  return best;
}

/** Units that are connected by what they wait for, or write the same files. */
function groupsOf(units: readonly Unit[]): readonly (readonly Unit[])[] {
  const roots = new Map(units.map(({ id }) => [id, id]));
  const rootOf = (id: string): string => {
    let root = id;
    while (roots.get(root) !== root) root = roots.get(root)!;
    return root;
  };
  for (const { id, dependsOn, conflictsWith } of units) {
    for (const other of [...dependsOn, ...conflictsWith]) if (roots.has(other)) roots.set(rootOf(other), rootOf(id));
  }
  const groups = new Map<string, Unit[]>();
  for (const unit of units) {
    const root = rootOf(unit.id);
    groups.set(root, [...(groups.get(root) ?? []), unit]);
  }
  return [...groups.values()];
}

/** Of an even number, the lower of the two in the middle. `undefined` of none. */
export function median(numbers: readonly number[]): number | undefined {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
