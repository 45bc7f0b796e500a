import type { Leftover } from "../sdk/event.ts";
import type { ReaperTable, Resource } from "../sdk/journal.ts";

/** A resource in words, by the reaper that could remove it. */
export async function describeResource(reapers: ReaperTable, resource: Resource): Promise<Leftover> {
  const load = Object.hasOwn(reapers, resource.kind) ? reapers[resource.kind] : undefined;
  const reaper = await load?.().catch(() => undefined);
  if (!reaper) return { description: `${resource.kind} ${resource.id}` };
  return { description: reaper.describe(resource), manualCommand: reaper.manualCommand?.(resource) };
}
