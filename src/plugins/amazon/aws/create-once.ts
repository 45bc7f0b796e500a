import { sleep } from "../../../lib/retry.ts";
import { AmazonError } from "./failure.ts";

interface Creating<Thing> {
  readonly create: () => Promise<Thing>;
  /** What carries our token, and so is what an earlier call made. */
  readonly find: () => Promise<Thing | undefined>;
  /** The code that says that the name is taken, where it is ours alone: by an earlier call, if `find` finds it. */
  readonly takenCode?: string;
  readonly signal: AbortSignal;
}

const ATTEMPTS = 5;

/** For calls that have no client token: after an answer that was lost, what carries our token is what the call made. */
export async function createOnce<Thing>({ create, find, takenCode, signal }: Creating<Thing>): Promise<Thing> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await create();
    } catch (error) {
      if (!(error instanceof AmazonError)) throw error;
      const isTaken = error.code === takenCode;
      if (!isTaken && error.verdict !== "lost") throw error;
      const found = await find();
      if (found !== undefined) return found;
      if (isTaken || attempt === ATTEMPTS) throw error;
      await sleep(attempt * 1000, signal);
    }
  }
}
