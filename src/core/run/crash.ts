import { AsyncLocalStorage } from "node:async_hooks";
import { BuildError } from "../../sdk/error.ts";

/**
 * What a component throws where nobody waits for it (a timer, an event of a socket) still belongs to the build whose
 * code started it: that build fails and cleans up, and the others go on.
 */
const current = new AsyncLocalStorage<BuildAtWork>();

export interface BuildAtWork {
  /** Its displayed name. */
  readonly build: string;
  /** Aborted by a stray error. */
  readonly crashed: AbortController;
}

/** Runs `body` such that stray errors of everything it starts abort the build. */
export function catchingCrashes<Result>(work: BuildAtWork, body: () => Promise<Result>): Promise<Result> {
  return current.run(work, body);
}

/** The name of the build on whose behalf the caller runs, if any: for what is watched from outside of all builds. */
export function buildAtWork(): string | undefined {
  return current.getStore()?.build;
}

/** For the process edge: hands a stray error to the build it came from; `false` when it came from none. */
export function attributeCrash(error: unknown): boolean {
  const work = current.getStore();
  if (work === undefined) return false;
  const message = error instanceof Error ? error.message : String(error);
  work.crashed.abort(new BuildError(`Something in this build failed unexpectedly: ${message}`, { cause: error }));
  return true;
}
