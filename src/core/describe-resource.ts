import { ownEntry } from "../lib/own-entry.ts";
import type { Leftover } from "../sdk/event.ts";
import type { ReaperTable, Resource } from "../sdk/journal.ts";

/** A resource in words, by the reaper that could remove it. */
export async function describeResource(reapers: ReaperTable, resource: Resource): Promise<Leftover> {
  const { kind, id } = resource;
  const reaper = await ownEntry(reapers, kind)?.().catch(() => undefined);
  try {
    if (reaper) return { description: reaper.describe(resource), manualCommand: reaper.manualCommand?.(resource) };
  } catch {
    // A journal may hold anything; what it does not say in our terms is named as it is.
  }
  return { description: `${kind} ${id}` };
}
