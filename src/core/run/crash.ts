import { AsyncLocalStorage } from "node:async_hooks";
import { BuildError } from "../../sdk/error.ts";

/**
 * What a component throws where nobody waits for it (a timer, an event of a socket) still belongs to the build whose
 * code started it: that build fails and cleans up, and the others go on.
 */
const current = new AsyncLocalStorage<AbortController>();

/** Runs `body` such that stray errors of everything it starts abort `crashed`. */
export function catchingCrashes<Result>(crashed: AbortController, body: () => Promise<Result>): Promise<Result> {
  return current.run(crashed, body);
}

/** For the process edge: hands a stray error to the build it came from; `false` when it came from none. */
export function attributeCrash(error: unknown): boolean {
  const crashed = current.getStore();
  if (crashed === undefined) return false;
  const message = error instanceof Error ? error.message : String(error);
  crashed.abort(new BuildError(`Something in this build failed unexpectedly: ${message}`, { cause: error }));
  return true;
}
