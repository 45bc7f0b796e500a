import type { BuildPlan } from "../../../template/model.ts";

export const sensitiveText = "<sensitive>";

/** One `build` block as the template has it, with its builds. */
export interface BuildBlock {
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly plans: readonly BuildPlan[];
}

export function blocksOf(plans: readonly BuildPlan[]): readonly BuildBlock[] {
  const blocks = new Map<string, BuildPlan[]>();
  for (const plan of plans) {
    const { blockName, blockRange } = plan;
    const key = `${blockName} ${blockRange?.file.name} ${blockRange?.start}`;
    blocks.set(key, [...(blocks.get(key) ?? []), plan]);
  }
  return [...blocks.values()].map((group) => ({
    name: group[0]!.blockName,
    description: group[0]!.description,
    plans: group,
  }));
}
