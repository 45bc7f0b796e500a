import type { Component } from "../sdk/component.ts";
import type { BuildPlan, Planned } from "./model.ts";

/** Every component a build uses, in the order in which they run. */
export function plannedOf(plan: BuildPlan): readonly Planned<Component>[] {
  return [plan.builder, ...componentsOf(plan)];
}

/** Those that come after the builder. */
export function componentsOf(
  steps: Pick<BuildPlan, "provisioners" | "errorCleanupProvisioner" | "chains">,
): readonly Planned<Component>[] {
  const { provisioners, errorCleanupProvisioner, chains } = steps;
  const cleanups = errorCleanupProvisioner ? [errorCleanupProvisioner] : [];
  return [...provisioners, ...cleanups, ...chains.flat()] as Planned<Component>[];
}
