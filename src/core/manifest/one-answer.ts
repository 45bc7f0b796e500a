import { BuildError } from "../../sdk/error.ts";
import { canonicalText } from "../checkpoints/canonical.ts";

/** What one file says of one build. */
export interface Answer<Value> {
  readonly value: Value;
  /** As the user named it. */
  readonly path: string;
  /** Of the build, for messages. */
  readonly name: string;
  /** Equal for answers about the same build. */
  readonly key: string;
  /** A build may leave several artifacts in one run. */
  readonly run: string;
  /** When, to tell the later one. */
  readonly time: number;
  /** By which the result is sorted. */
  readonly order: string;
}

export interface MergeOptions {
  /** Of several answers the latest, instead of a failure. */
  readonly latest?: boolean;
}

const MOST_NAMED = 5;

/**
 * The answers without repetitions: the same build of the same run, told twice, counts once. Rejects where two runs answer for
 * one build, with the build and the files.
 */
export function oneAnswer<Value>(
  answers: readonly Answer<Value>[],
  { latest = false }: MergeOptions,
): readonly Answer<Value>[] {
  const groups = new Map<string, Answer<Value>[]>();
  for (const answer of answers) {
    const group = groups.get(answer.key);
    if (group) group.push(answer);
    else groups.set(answer.key, [answer]);
  }
  const doubtful = [...groups.values()].filter((group) => group.some(({ run }) => run !== group[0]!.run));
  if (doubtful.length > 0 && !latest) throw twoAnswers(doubtful);
  return [...groups.values()].flatMap((group) => withoutRepetitions(ofLatestRun(group)));
}

function ofLatestRun<Value>(group: readonly Answer<Value>[]): readonly Answer<Value>[] {
  let last = group[0]!;
  for (const answer of group) if (answer.time >= last.time) last = answer;
  return group.filter(({ run }) => run === last.run);
}

function withoutRepetitions<Value>(group: readonly Answer<Value>[]): readonly Answer<Value>[] {
  if (group.length === 1) return group;
  return [...new Map(group.map((answer) => [canonicalText(answer.value), answer])).values()];
}

function twoAnswers<Value>(groups: readonly (readonly Answer<Value>[])[]): BuildError {
  const lines = groups.slice(0, MOST_NAMED).map((group) => {
    const places = [...new Set(group.map(({ path, run }) => `${path} (run ${run})`))];
    return `    ${group[0]!.name}: ${places.join(", ")}`;
  });
  if (groups.length > MOST_NAMED) lines.push(`    and ${groups.length - MOST_NAMED} more`);
  return new BuildError(`Two runs answer for one build:\n${lines.join("\n")}`, {
    hint: "Leave out the files that do not count, or take the later answer of each with -latest.",
  });
}
