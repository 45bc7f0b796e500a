import type { BuildPlan, Planned } from "../../../template/model.ts";
import type { Component } from "../../../sdk/component.ts";

type Steps = Pick<BuildPlan, "provisioners" | "chains">;

/** The steps of a build block: those of all its builds, each once, in the order of the template. */
export function allSteps(plans: readonly BuildPlan[]): Steps {
  const [first, ...others] = plans;
  let { provisioners, chains }: Steps = first!;
  for (const plan of others) {
    provisioners = merge(provisioners, plan.provisioners);
    chains = mergeChains(chains, plan.chains);
  }
  return { provisioners, chains };
}

function merge<C extends Planned<Component>>(known: readonly C[], more: readonly C[]): readonly C[] {
  const places = new Set(known.map(placeOf));
  const added = more.filter((item) => !places.has(placeOf(item)));
  if (added.length === 0) return known;
  return [...known, ...added].sort((a, b) => placeOf(a) - placeOf(b));
}

/** Chains that share a step are one chain, of which each build takes its part. */
function mergeChains(known: Steps["chains"], more: Steps["chains"]): Steps["chains"] {
  const merged = [...known];
  for (const chain of more) {
    const places = new Set(chain.map(placeOf));
    const index = merged.findIndex((other) => other.some((item) => places.has(placeOf(item))));
    if (index < 0) merged.push(chain);
    else merged[index] = merge(merged[index]!, chain);
  }
  return merged.sort((a, b) => placeOf(a[0]!) - placeOf(b[0]!));
}

const placeOf = ({ range }: Planned<Component>): number => range?.start ?? 0;
