import type { Diagnostic } from "../language/diagnostic.ts";
import { checkGuestSteps } from "./check-guest-steps.ts";
import { checkHttpServer } from "./check-http-server.ts";
import { checkChains } from "./check-chains.ts";
import type { BuildPlan } from "./model.ts";
import { plannedOf } from "./planned-of.ts";

/** Decodes every component of every build; returns what is wrong with any of them, or with their order. */
export function decodeAll(builds: readonly BuildPlan[]): readonly Diagnostic[] {
  return builds.flatMap((build) => {
    const decoded = plannedOf(build).flatMap((planned) => planned.decode().diagnostics);
    return [...decoded, ...checkChains(build), ...checkGuestSteps(build), ...checkHttpServer(build)];
  });
}
