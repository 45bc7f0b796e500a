import { dirname, resolve } from "node:path";
import { LateTemplate } from "../../sdk/late-template.ts";
import { artifactsInManifests } from "./manifest-artifacts.ts";
import type { Draft } from "./draft.ts";

/** Ids of the units that each unit has to wait for, by id: whose files, or whose artifacts in a manifest, it reads. */
export async function findDependencies(
  drafts: readonly Draft[],
  work: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const makers = makersOf(drafts, work);
  const artifacts = await artifactsInManifests(drafts, work);
  const dependencies = new Map<string, readonly string[]>();
  for (const draft of drafts) {
    const paths = draft.inputs.flatMap(({ path }) => (path === undefined ? [] : [path]));
    const texts = artifacts.size === 0 ? [] : [...textsIn(draft.plan.builder.decode().config), ...paths];
    const found = [
      ...paths.flatMap((path) => makersOfPath(path, makers)),
      ...texts.flatMap((text) => artifacts.get(text) ?? []),
    ];
    const others = new Set(found.filter((id) => id !== draft.id));
    const inOrder = others.size === 0 ? [] : drafts.filter(({ id }) => others.has(id));
    dependencies.set(
      draft.id,
      inOrder.map(({ id }) => id),
    );
  }
  return dependencies;
}

type Makers = ReadonlyMap<string, readonly string[]>;

/** Units by what they write, absolute. */
function makersOf(drafts: readonly Draft[], work: string): Makers {
  const makers = new Map<string, string[]>();
  for (const { id, writes, appends } of drafts) {
    for (const path of [...writes, ...appends].map((written) => resolve(work, written)))
      makers.set(path, [...(makers.get(path) ?? []), id]);
  }
  return makers;
}

/** Of the file itself, or of a directory it is in. */
function makersOfPath(path: string, makers: Makers): readonly string[] {
  for (let at = path; ; at = dirname(at)) {
    const found = makers.get(at);
    if (found || at === dirname(at)) return found ?? [];
  }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (value instanceof LateTemplate) return [value.text];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** Ids of the units that write what each unit writes, by id. */
export function findConflicts(drafts: readonly Draft[], work: string): ReadonlyMap<string, readonly string[]> {
  const makers = makersOf(
    drafts.map((draft) => ({ ...draft, appends: [] })),
    work,
  );
  const conflicts = drafts.map(({ id, writes }) => {
    const others = writes.flatMap((path) => makers.get(resolve(work, path)) ?? []).filter((other) => other !== id);
    return [id, [...new Set(others)]] as const;
  });
  return new Map(conflicts);
}
