import type { Leftover } from "../sdk/event.ts";
import type { ReaperTable, Resource } from "../sdk/journal.ts";

/** A resource in words, by the reaper that could remove it. */
export async function describeResource(reapers: ReaperTable, resource: Resource): Promise<Leftover> {
  const { kind, id } = resource;
  const isKnown = Object.hasOwn(reapers, kind);
  const reaper = isKnown ? await reapers[kind]!().catch(() => undefined) : undefined;
  if (!reaper) return { description: `${kind} ${id}` };
  return { description: reaper.describe(resource), manualCommand: reaper.manualCommand?.(resource) };
}
