import { errorMessage } from "../lib/error-text.ts";
import type { Communicator } from "../sdk/communicator.ts";
import { askGuest } from "./guest-command.ts";
import type { Run } from "../sdk/run.ts";

const LIMIT_MS = 15_000;
/** A cancelled run is not held up for longer. */
const CANCELLED_LIMIT_MS = 2000;

/**
 * Runs a command that removes what a component put into the guest. Best effort, bounded, never a reason to fail, and done
 * for a cancelled run as well, although its signal has aborted.
 */
export async function tidyGuest(
  run: Run,
  communicator: Communicator,
  command: string,
  limitMs = LIMIT_MS,
): Promise<void> {
  const isCancelled = run.signal.aborted;
  try {
    await askGuest(communicator, command, { signal: tidySignal(run.signal, limitMs) });
  } catch (error) {
    if (!isCancelled && run.signal.aborted) return tidyGuest(run, communicator, command);
    run.debug("guest", `could not tidy up: ${errorMessage(error)}`, { command });
  }
}

function tidySignal(signal: AbortSignal, limitMs: number): AbortSignal {
  if (signal.aborted) return AbortSignal.timeout(CANCELLED_LIMIT_MS);
  return AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
}
