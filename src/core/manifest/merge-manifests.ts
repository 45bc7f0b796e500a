import { compareStrings } from "../../language/compare-strings.ts";
import { canonicalText } from "../checkpoints/canonical.ts";
import { oneAnswer, type Answer, type MergeOptions } from "./one-answer.ts";
import type { Manifest, ManifestEntry } from "./parse-manifest.ts";
import type { Part } from "./read-part.ts";

type ManifestPart = Extract<Part, { kind: "manifest" }>;

/**
 * One manifest of several, in the order of names, so that it is the same whatever order the parts came in. A manifest does not
 * name templates: builds of one name and type are told apart by their `custom_data`.
 */
export function mergeManifests(parts: readonly ManifestPart[], options: MergeOptions = {}): Manifest {
  const answers = parts.flatMap(({ path, builds }) => builds.map((entry) => answerOf(entry, path)));
  const kept = oneAnswer(answers, options);
  const entries = kept.toSorted((one, other) => compareStrings(one.order, other.order)).map(({ value }) => value);
  const latest = entries.toSorted((one, other) => one.build_time - other.build_time).at(-1);
  return { builds: entries, last_run_uuid: latest?.packer_run_uuid ?? "" };
}

function answerOf(value: ManifestEntry, path: string): Answer<ManifestEntry> {
  const { name, builder_type: type, custom_data: custom, packer_run_uuid: run, build_time: time } = value;
  const key = JSON.stringify([name, type, canonicalText(custom ?? null)]);
  return { value, path, name: `${type}.${name}`, key, run, time, order: key };
}
