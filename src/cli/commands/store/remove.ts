import { removeBuilds } from "../../../core/store/remove-builds.ts";
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
  return remove(context, input, (all) => selectBuilds(all, builds, { store, latest: false }));
};

/** Removes what is old, and what is too much. */
export const prune: StoreAction = (context, input) => {
  const { older, keep } = input.flags;
  if (older === undefined && keep === undefined) throw new UsageError("store prune needs -older or -keep");
  if (input.builds.length > 0) throw new UsageError("store prune takes no builds. Remove some by name with store rm.");
  const olderMs = older === undefined ? Infinity : parsePruneAge(older);
  const keepBytes = keep === undefined ? Infinity : parseKeep(keep);
  return remove(context, input, (all) => prunable(all, { before: context.host.clock.now() - olderMs, keepBytes }));
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

type Choose = (all: readonly StoredBuild[]) => readonly StoredBuild[];

function remove(context: CommandContext, { address, flags }: StoreInput, choose: Choose): Promise<number> {
  return interruptible(context.process, async (signal) => {
    const { host } = context;
    const quiet = { ...context, host: withMessagesOnStderr(host) };
    const body = async (store: Store): Promise<void> => {
      const gone = choose(await store.list(signal));
      const keys = gone.map(({ key }) => key);
      const freed = await removeBuilds(store, keys, signal);
      host.stdout.write(
        `Removed ${plural(gone.length, "build")}, ${describeBytes(freed)}.${freed === 0 ? YOUNG : ""}\n`,
      );
    };
    await withReadOnlySession(quiet, { path: ".", signal, flags: messageFlagsFor(flags) }, async ({ session }) =>
      body(await openStore(session, address)),
    );
    return EXIT.ok;
  });
}

const YOUNG = " Files go with a later prune: those of the last 24 hours may be named by a build that is being stored.";
