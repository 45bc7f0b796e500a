import type { ListedRun } from "../core/journal/list-runs.ts";
import { UsageError } from "./usage-error.ts";

/** The run that the flag `-run` names, or all without it. */
export function selectRuns(runs: readonly ListedRun[], text: string | undefined): readonly ListedRun[] {
  return text === undefined ? runs : [findRun(runs, text)];
}

/** The run whose id begins with `text`. Throws a UsageError when there is none, or more than one. */
export function findRun(runs: readonly ListedRun[], text: string): ListedRun {
  const matching = runs.filter(({ runId }) => runId.startsWith(text.toLowerCase()));
  const [found, ...others] = matching;
  if (found === undefined || text === "") throw new UsageError(`There is no run "${text}". imgbuild runs lists them.`);
  if (others.length === 0) return found;
  const ids = matching.map(({ runId }) => runId).join(", ");
  throw new UsageError(`Several runs begin with "${text}": ${ids}.`);
}
