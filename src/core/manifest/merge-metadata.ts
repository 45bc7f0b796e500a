import { compareStrings } from "../../language/compare-strings.ts";
import type { Outcome } from "../../sdk/event.ts";
import { oneAnswer, type Answer, type MergeOptions } from "./one-answer.ts";
import type { MetadataBuild } from "./parse-metadata.ts";
import type { Part } from "./read-part.ts";

type MetadataPart = Extract<Part, { kind: "metadata" }>;

/** As a metadata file of one run, with `template`, `runId` and times at each build. */
export interface MergedMetadata {
  readonly version: 1;
  /** The worst of all. */
  readonly outcome: Outcome;
  /** From the first start to the last end, as ISO 8601 writes times; absent where there are no builds. */
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** Of all builds together: the time of machines, not of clocks. */
  readonly durationMs: number;
  readonly builds: readonly MetadataBuild[];
}

/** One metadata file of several, in the order of templates and builds. */
export function mergeMetadata(parts: readonly MetadataPart[], options: MergeOptions = {}): MergedMetadata {
  const answers = parts.flatMap(({ path, builds }) => builds.map((build) => answerOf(build, path)));
  const kept = oneAnswer(answers, options).toSorted((one, other) => compareStrings(one.order, other.order));
  const builds = kept.map(({ value }) => value);
  const outcomes = new Set(builds.map(({ outcome }) => outcome));
  const outcome = (["cancelled", "failed"] as const).find((bad) => outcomes.has(bad)) ?? "succeeded";
  const startedAt = builds.map((build) => build.startedAt).toSorted()[0];
  const finishedAt = builds
    .map((build) => build.finishedAt)
    .toSorted()
    .at(-1);
  const durationMs = builds.reduce((sum, build) => sum + build.durationMs, 0);
  return { version: 1, outcome, startedAt, finishedAt, durationMs, builds };
}

function answerOf(value: MetadataBuild, path: string): Answer<MetadataBuild> {
  const { template, build, runId, startedAt } = value;
  const key = `${template}\0${build}`;
  return { value, path, name: `${build} of ${template}`, key, run: runId, time: Date.parse(startedAt), order: key };
}
