import type { Diagnostic } from "../language/diagnostic.ts";
import { checkChains } from "./check-chains.ts";
import type { BuildPlan } from "./model.ts";

/** Decodes every component of every build, and gives what is wrong with any of them, and with what follows what. */
export function decodeAll(builds: readonly BuildPlan[]): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const build of builds) {
    const cleanup = build.errorCleanupProvisioner ? [build.errorCleanupProvisioner] : [];
    for (const planned of [build.builder, ...build.provisioners, ...cleanup, ...build.chains.flat()]) {
      for (const diagnostic of planned.decode().diagnostics) diagnostics.push(diagnostic);
    }
    diagnostics.push(...checkChains(build));
  }
  return diagnostics;
}
