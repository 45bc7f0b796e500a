import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseManifest, type ManifestEntry } from "../manifest/parse-manifest.ts";
import type { Draft } from "./draft.ts";

/**
 * Units by what earlier builds of theirs have written into their manifests: absolute paths of files, and ids of images. A
 * template that reads one of them from such a manifest depends on that unit.
 */
export async function artifactsInManifests(
  drafts: readonly Draft[],
  work: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const read = new Map<string, Promise<readonly ManifestEntry[]>>();
  const found = new Map<string, readonly string[]>();
  for (const { id, plan, appends } of drafts) {
    const { sourceName, builderType } = plan.identity;
    for (const path of appends.map((appended) => resolve(work, appended))) {
      if (!read.has(path)) read.set(path, entriesOf(path));
      const entries = await read.get(path)!;
      const own = entries.filter((entry) => entry.name === sourceName && entry.builder_type === builderType);
      for (const text of own.flatMap((entry) => textsOf(entry, work)))
        found.set(text, [...new Set([...(found.get(text) ?? []), id])]);
    }
  }
  return found;
}

/** A manifest that is not there yet, or is none, tells nothing. */
async function entriesOf(path: string): Promise<readonly ManifestEntry[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return parseManifest(text)?.builds ?? [];
}

/** An image has an id in each region: `eu-west-1:ami-1,us-east-1:ami-2`. */
function textsOf({ files, artifact_id: artifact }: ManifestEntry, work: string): readonly string[] {
  const images = artifact.split(",").flatMap((part) => /:(ami-\w+|snap-\w+|vol-\w+)$/.exec(part)?.[1] ?? []);
  const names = (files ?? []).map(({ name }) => name);
  return [...images, ...names, ...names.map((name) => resolve(work, name))];
}
