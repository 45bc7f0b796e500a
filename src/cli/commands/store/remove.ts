import { listCheckpoints, removeFromStore, type WhatToRemove } from "../../../core/store/remove-from-store.ts";
import type { StoredBuild } from "../../../core/store/record.ts";
import type { Store } from "../../../core/store/store.ts";
import { describeBytes } from "../../../lib/bytes.ts";
import { plural } from "../../../ui/words.ts";
import { EXIT, type CommandContext } from "../../command.ts";
import { interruptible } from "../../interruptible.ts";
import { openStore } from "../../open-store.ts";
import { messageFlagsFor, withMessagesOnStderr, withReadOnlySession } from "../../read-only-session.ts";
import { UsageError } from "../../usage-error.ts";
import { parseKeep, parsePruneAge } from "../checkpoints/prune-flags.ts";
import type { StoreAction, StoreInput } from "./action.ts";
import { totalBytes } from "./ls.ts";
import { selectBuilds } from "./select.ts";

/** Removes the builds that are named. */
export const rm: StoreAction = (context, input) => {
  if (input.builds.length === 0) throw new UsageError("store rm needs a build, or the beginning of its key");
  const { address: store, builds } = input;
  const choose = (all: readonly StoredBuild[]) => selectBuilds(all, builds, { store, latest: false });
  return remove(context, input, { choose, checkpointsBefore: -Infinity });
};

/** Removes what is old, and what is too much. */
export const prune: StoreAction = (context, input) => {
  const { older, keep, checkpoints } = input.flags;
  if (older === undefined && keep === undefined && !checkpoints) {
    throw new UsageError("store prune needs -older, -keep or -checkpoints");
  }
  if (input.builds.length > 0) throw new UsageError("store prune takes no builds. Remove some by name with store rm.");
  const before = older === undefined ? -Infinity : context.host.clock.now() - parsePruneAge(older);
  const keepBytes = keep === undefined ? Infinity : parseKeep(keep);
  const choose = (all: readonly StoredBuild[]) => prunable(all, { before, keepBytes });
  return remove(context, input, { choose, checkpointsBefore: checkpoints ? Infinity : before });
};

interface Limits {
  /** Milliseconds since 1970. */
  readonly before: number;
  readonly keepBytes: number;
}

function prunable(all: readonly StoredBuild[], { before, keepBytes }: Limits): readonly StoredBuild[] {
  let kept = all.filter(({ storedAt }) => storedAt >= before);
  while (kept.length > 0 && totalBytes(kept) > keepBytes) kept = kept.slice(1);
  return all.filter((build) => !kept.includes(build));
}

interface Choice {
  readonly choose: (all: readonly StoredBuild[]) => readonly StoredBuild[];
  /** Checkpoints that were stored before this go, too. Milliseconds since 1970. */
  readonly checkpointsBefore: number;
}

function remove(context: CommandContext, { address, flags }: StoreInput, choice: Choice): Promise<number> {
  return interruptible(context.process, async (signal) => {
    const { host } = context;
    const quiet = { ...context, host: withMessagesOnStderr(host) };
    const body = async (store: Store): Promise<void> => {
      const builds = choice.choose(await store.list(signal)).map(({ key }) => key);
      const saved = await listCheckpoints(store, signal);
      const old = saved.filter(({ writtenAt }) => writtenAt < choice.checkpointsBefore);
      const checkpoints = old.map(({ name }) => name);
      const freed = await removeFromStore(store, { builds, checkpoints }, signal);
      host.stdout.write(`${removedText({ builds, checkpoints }, freed)}\n`);
    };
    await withReadOnlySession(quiet, { path: ".", signal, flags: messageFlagsFor(flags) }, async ({ session }) =>
      body(await openStore(session, address)),
    );
    return EXIT.ok;
  });
}

function removedText({ builds, checkpoints }: WhatToRemove, freed: number): string {
  const saved = checkpoints.length === 0 ? [] : [plural(checkpoints.length, "checkpoint")];
  const removed = [plural(builds.length, "build"), ...saved, describeBytes(freed)].join(", ");
  return `Removed ${removed}.${freed === 0 ? YOUNG : ""}`;
}

const YOUNG = " Files go with a later prune: those of the last 24 hours may be named by a build that is being stored.";
