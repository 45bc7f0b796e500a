import type { Communicator } from "../../../sdk/communicator.ts";
import { askGuest } from "../../../steps/guest-command.ts";
import type { Run } from "../../../sdk/run.ts";

const LIMIT_MS = 15_000;
/** A cancelled run is not held up for longer. */
const CANCELLED_LIMIT_MS = 2000;

/**
 * Runs a command that takes back what a component put into the guest. Best effort, bounded, never a reason to fail, and done
 * for a cancelled run as well, although its signal has aborted.
 */
export async function tidyGuest(
  run: Run,
  communicator: Communicator,
  command: string,
  limitMs = LIMIT_MS,
): Promise<void> {
  const cancelled = run.signal.aborted;
  const signal = cancelled
    ? AbortSignal.timeout(CANCELLED_LIMIT_MS)
    : AbortSignal.any([run.signal, AbortSignal.timeout(limitMs)]);
  try {
    await askGuest(communicator, command, { signal });
  } catch (error) {
    if (!cancelled && run.signal.aborted) return tidyGuest(run, communicator, command);
    const why = error instanceof Error ? error.message : String(error);
    run.debug("guest", `could not tidy up: ${why}`, { command });
  }
}
