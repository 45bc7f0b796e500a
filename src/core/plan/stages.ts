import { BuildError } from "../../sdk/error.ts";

export type Dependencies = ReadonlyMap<string, readonly string[]>;

/**
 * The stage of each unit, from 1: one more than the last stage it waits for. Rejects, with the names, where units wait for
 * each other in a circle.
 */
export function stagesOf(dependencies: Dependencies, nameOf: (id: string) => string): ReadonlyMap<string, number> {
  const stages = new Map<string, number>();
  const stageOf = (id: string, path: readonly string[]): number => {
    const known = stages.get(id);
    if (known !== undefined) return known;
    if (path.includes(id)) throw circle([...path.slice(path.indexOf(id)), id].map(nameOf));
    const before = (dependencies.get(id) ?? []).map((other) => stageOf(other, [...path, id]));
    const stage = Math.max(0, ...before) + 1;
    stages.set(id, stage);
    return stage;
  };
  for (const id of dependencies.keys()) stageOf(id, []);
  return stages;
}

function circle(names: readonly string[]): BuildError {
  return new BuildError(`Builds wait for each other in a circle: ${names.join(" needs ")}`, {
    hint: "Each reads what the next one writes. Give one of them another output, or leave it out with -except.",
  });
}
