import type { Store } from "../core/store/store.ts";
import type { StoreUse } from "../core/store/use-store.ts";
import { BuildError } from "../sdk/error.ts";
import { openStore } from "./open-store.ts";
import type { UnopenedSession } from "./session.ts";

/** Where what is built goes for other machines. */
export interface SharedStore {
  readonly address: string;
  /** What is there of the same content is taken instead of being built. */
  readonly takes: boolean;
  readonly checkpoints: boolean;
}

/**
 * The store of a run. That it cannot be used is said before the build, not after it. One that may only be read is for a run
 * that takes from it, which is told; to one that would only put something there it is an error.
 */
export async function storeOfRun(
  session: UnopenedSession,
  wanted: SharedStore | undefined,
): Promise<StoreUse | undefined> {
  if (!wanted) return undefined;
  const { signal, emit } = session;
  const { address, takes } = wanted;
  const store = await openStore(session, address);
  const refusal = await refusalOf(store, signal);
  if (refusal === undefined) {
    await store.prepare(signal);
    return { store, takes };
  }
  const text = `The store ${store.name} may only be read`;
  if (!takes) throw new BuildError(`${text}: ${refusal}`, { hint: HOW_TO_READ });
  emit({ kind: "warning", text: `${text}, so what is built here is not put there: ${refusal}` });
  return { store: store.readOnly(), takes };
}

const HOW_TO_READ =
  "With -changed-only it is used all the same: what it has is taken, and what has to be built is not put there.";

/** `undefined` for one that is not begun, too: nothing could be read of it, and beginning it says what is wrong. */
async function refusalOf(store: Store, signal: AbortSignal): Promise<string | undefined> {
  return (await store.isBegun(signal)) ? store.refusal(signal) : undefined;
}
