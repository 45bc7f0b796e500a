import { AsyncLocalStorage } from "node:async_hooks";
import { errorMessage } from "../../lib/error-text.ts";
import { BuildError } from "../../sdk/error.ts";

/**
 * What a component throws where nothing catches it (a timer, an event of a socket) still belongs to the build whose
 * code started it: that build fails and cleans up, and the others go on.
 */
const current = new AsyncLocalStorage<ActiveBuild>();

export interface ActiveBuild {
  /** Its displayed name. */
  readonly build: string;
  /** Aborted by a stray error. */
  readonly crashed: AbortController;
}

/** Runs `body` such that stray errors of everything it starts abort the build. */
export function catchingCrashes<Result>(active: ActiveBuild, body: () => Promise<Result>): Promise<Result> {
  return current.run(active, body);
}

/** The name of the build on whose behalf the caller runs, if any: for observers outside of all builds. */
export function activeBuild(): string | undefined {
  return current.getStore()?.build;
}

/** For the process edge: hands a stray error to the build it came from; `false` when it came from none. */
export function attributeCrash(error: unknown): boolean {
  const active = current.getStore();
  if (active === undefined) return false;
  const text = `Something in this build failed unexpectedly: ${errorMessage(error)}`;
  active.crashed.abort(new BuildError(text, { cause: error }));
  return true;
}
