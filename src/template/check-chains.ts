import type { Diagnostic } from "../language/diagnostic.ts";
import type { BuildPlan } from "./model.ts";

/**
 * A chain whose first post-processor packs files, after a builder whose image lives in a cloud, fails once
 * the image is there, so it is reported at load. A warning, because such templates exist and the image survives.
 */
export function checkChains({ builder, chains }: BuildPlan): readonly Diagnostic[] {
  if (builder.component.makesNoFiles !== true) return [];
  const firsts = chains.flatMap((chain) => chain.slice(0, 1));
  return firsts
    .filter(({ component }) => component.needsFiles === true)
    .flatMap((planned) =>
      planned.diagnose([
        {
          severity: "warning",
          code: "artifact-without-files",
          path: [],
          summary: "Artifact without files",
          detail: `The ${planned.type} post-processor works on files, and what the ${builder.type} builder makes has none. Remove it, put artifice before it with the files that are meant, or restrict it with only or except.`,
        },
      ]),
    );
}
