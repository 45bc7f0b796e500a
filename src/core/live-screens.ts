import { ownEntry } from "../lib/own-entry.ts";
import { readFile } from "node:fs/promises";
import { processState } from "../lib/process-identity.ts";
import type { Host } from "../sdk/host.ts";
import type { MachineScreen, ReaperTable } from "../sdk/journal.ts";
import { outstandingIn } from "./journal/journal-line.ts";
import { listRunIds, readRunRecord, runPaths } from "./journal/run-record.ts";
import { runsDirectory } from "./journal/state-directory.ts";

export interface LiveScreen extends MachineScreen {
  /** Unique, and stable while the machine runs. */
  readonly key: string;
  readonly runId: string;
}

/** The screens of all machines of runs that are alive, oldest run first. */
export async function liveScreens(host: Host, reapers: ReaperTable): Promise<readonly LiveScreen[]> {
  const runs = runsDirectory(host);
  const ids = await listRunIds(runs);
  const found = await Promise.all(ids.map((id) => screensOf(host, runs, id, reapers)));
  return found.flatMap((run) => run ?? []).sort((a, b) => a.startedAt - b.startedAt);
}

async function screensOf(host: Host, runs: string, runId: string, reapers: ReaperTable) {
  const paths = runPaths(runs, runId);
  const record = await readRunRecord(paths);
  if (
    !record ||
    record.runId !== runId ||
    record.finishedAt !== undefined ||
    (await processState(record.owner)) === "dead"
  )
    return undefined;
  const journal = await readFile(paths.journal, "utf8").catch(() => "");
  const screens: (LiveScreen & { readonly startedAt: number })[] = [];
  for (const { entry, resource } of outstandingIn(journal)) {
    const reaper = await ownEntry(reapers, resource.kind)?.();
    const screen = reaper?.screen?.(resource, host.env);
    if (screen) screens.push({ ...screen, key: `${runId}-${entry}`, runId, startedAt: record.startedAt });
  }
  return screens;
}
