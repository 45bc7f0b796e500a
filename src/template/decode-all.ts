import type { Diagnostic } from "../language/diagnostic.ts";
import { checkChains } from "./check-chains.ts";
import type { BuildPlan } from "./model.ts";
import { plannedOf } from "./planned-of.ts";

/** Decodes every component of every build, and gives what is wrong with any of them, and with what follows what. */
export function decodeAll(builds: readonly BuildPlan[]): readonly Diagnostic[] {
  return builds.flatMap((build) => {
    const decoded = plannedOf(build).flatMap((planned) => planned.decode().diagnostics);
    return [...decoded, ...checkChains(build)];
  });
}
