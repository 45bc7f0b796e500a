import type { Builder } from "../sdk/component.ts";
import { BuildError } from "../sdk/error.ts";
import type { Run } from "../sdk/run.ts";

/** Asks the builder whether the world is ready for it; rejects with everything that is missing. */
export async function checkWorld(run: Run, builder: Builder, config: unknown): Promise<void> {
  const problems = (await builder.preflight?.(run, config)) ?? [];
  if (problems.length === 0) return;
  const [first, ...others] = problems;
  throw new BuildError(others.length === 0 ? first! : problems.map((problem) => `- ${problem}`).join("\n"));
}
