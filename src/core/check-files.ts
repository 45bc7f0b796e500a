import type { Diagnostic } from "../language/diagnostic.ts";
import type { RunDirectories } from "../sdk/run.ts";
import type { BuildPlan } from "../template/model.ts";
import { plannedOf } from "../template/planned-of.ts";

/** What is wrong with the files that the arguments of all builds name: the same mistake at the same place once. */
export async function checkFiles(
  plans: readonly BuildPlan[],
  directories: Pick<RunDirectories, "work" | "template">,
): Promise<readonly Diagnostic[]> {
  const found = await Promise.all(
    plans.flatMap(plannedOf).map(async (planned) => {
      if (!planned.component.checkFiles) return [];
      const { config } = planned.decode();
      if (config === undefined) return [];
      return planned.diagnose(await planned.component.checkFiles(config, directories));
    }),
  );
  const byPlace = new Map(found.flat().map((diagnostic) => [placeOf(diagnostic), diagnostic]));
  return [...byPlace.values()];
}

function placeOf({ subject, summary, detail }: Diagnostic): string {
  return `${subject?.file.name}:${subject?.start} ${summary} ${detail}`;
}
