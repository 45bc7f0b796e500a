import { openRun } from "../../../core/journal/open-run.ts";
import { takeBuilds } from "../../../core/store/take-builds.ts";
import { logPathFor } from "../../../ui/log-file.ts";
import { redactResult } from "../../../ui/redact-event.ts";
import {
  activate,
  openSession,
  reportFailure,
  shutDown,
  warnOfLeftovers,
  type ActiveSession,
} from "../../active-session.ts";
import { openStore } from "../../open-store.ts";
import { leavesSomething, tidyRuns } from "../../run-session.ts";
import { UsageError } from "../../usage-error.ts";
import type { StoreAction, StoreInput } from "./action.ts";
import { selectBuilds } from "./select.ts";

/** Brings builds of a store into the working directory, as a run of its own. */
export const get: StoreAction = async (context, input) => {
  if (input.builds.length === 0) throw new UsageError("store get needs a build, or the beginning of its key");
  const flags = { ...input.flags, debug: false, "on-error": "cleanup" as const };
  const active = activate(context, { command: "store get", path: ".", flags });
  try {
    return await take(active, input);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return reportFailure(active, error);
  } finally {
    await shutDown(active);
  }
};

async function take(active: ActiveSession, { address, builds, flags }: StoreInput): Promise<number> {
  const { session, output, signals, startedAt } = active;
  const { host, runId, signal } = session;
  const store = await openStore(session, address);
  const { latest } = flags;
  const records = selectBuilds(await store.list(signal), [...new Set(builds)], { store: address, latest });
  await tidyRuns(session);
  const names = records.map(({ build }) => build.name);
  const open = await openRun(host, { runId, template: records[0]!.template, builds: names, startedAt });
  active.open = open;
  const opened = openSession(active, open, session.directories.template);
  const logPath = (build: string): string => logPathFor(session.directories.log, build);
  const result = await takeBuilds(opened, records, { store, runDirectory: open.directory, logPath });
  const hasLeftovers = leavesSomething(result, open);
  if (hasLeftovers && open.outstanding().length > 0 && !session.cleanupSignal.aborted) warnOfLeftovers(session);
  await open.finish({ ...result, builds: result.builds.map((build) => redactResult(build, output.redactor)) });
  active.open = undefined;
  return signals.exitCode(result.outcome, hasLeftovers);
}
