import type { ListedRun } from "../core/journal/list-runs.ts";
import { UsageError } from "./usage-error.ts";

/** The run whose id begins with `text`. Throws a UsageError when there is none, or more than one. */
export function findRun(runs: readonly ListedRun[], text: string): ListedRun {
  const [found, ...more] = runs.filter(({ runId }) => runId.startsWith(text.toLowerCase()));
  if (found === undefined || text === "") throw new UsageError(`There is no run "${text}". imgbuild runs lists them.`);
  if (more.length > 0)
    throw new UsageError(
      `Several runs begin with "${text}": ${[found, ...more].map(({ runId }) => runId).join(", ")}.`,
    );
  return found;
}
