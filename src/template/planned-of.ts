import type { Component } from "../sdk/component.ts";
import type { BuildPlan, Planned } from "./model.ts";

/** Every component a build uses, in the order in which they run. */
export function plannedOf(plan: BuildPlan): readonly Planned<Component>[] {
  const { builder, provisioners, errorCleanupProvisioner, chains } = plan;
  const cleanups = errorCleanupProvisioner ? [errorCleanupProvisioner] : [];
  return [builder, ...provisioners, ...cleanups, ...chains.flat()] as Planned<Component>[];
}
