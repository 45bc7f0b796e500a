import { isRecord, type JsonRecord, type LegacyDocument } from "./legacy-document.ts";

/**
 * A build without a name is called by the type of its builder: where that has another name now, what names the build has to
 * follow, or it would name nothing.
 */
export function renameBuilds(document: LegacyDocument): void {
  const names = new Map<string, string>();
  for (const [builder, former] of document.formerTypes) {
    if (!builder["name"]) names.set(former, String(builder["type"]));
  }
  for (const { name } of document.builders()) names.delete(String(name));
  if (names.size === 0) return;
  for (const provisioner of document.provisioners()) {
    renameInLists(provisioner, names);
    renameInOverride(provisioner, names);
  }
  for (const processor of document.postProcessors()) renameInLists(processor, names);
}

type Names = ReadonlyMap<string, string>;

function renameInLists(step: JsonRecord, names: Names): void {
  for (const key of ["only", "except"]) {
    const list = step[key];
    if (Array.isArray(list)) step[key] = list.map((name) => names.get(String(name)) ?? (name as unknown));
  }
}

function renameInOverride(step: JsonRecord, names: Names): void {
  const { override } = step;
  if (!isRecord(override)) return;
  const taken = new Set(Object.keys(override));
  const renamed = Object.entries(override).map(([name, value]) => {
    const now = names.get(name);
    return [now === undefined || taken.has(now) ? name : now, value] as const;
  });
  step["override"] = Object.fromEntries(renamed);
}
