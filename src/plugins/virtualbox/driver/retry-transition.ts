import { retry } from "../../../lib/retry.ts";
import { VBoxManageError } from "./failure.ts";

/** How long a machine may take to get from one state to another. */
const TRANSITION_TIMEOUT_MS = 30_000;
const TRANSITION_INTERVAL_MS = 100;

export interface TransitionOptions {
  readonly signal: AbortSignal;
  /** Messages of failures that pass with the transition, beside those that speak of a lock. */
  readonly alsoRetry?: RegExp;
}

/** Repeats `operation` while the machine is in transition between two states, such as being started or stopped. */
export function retryTransition(options: TransitionOptions, operation: () => Promise<void>): Promise<void> {
  return retry(operation, {
    timeoutMs: TRANSITION_TIMEOUT_MS,
    delayMs: TRANSITION_INTERVAL_MS,
    factor: 1,
    signal: options.signal,
    shouldRetry: (error) => error instanceof VBoxManageError && isPassing(error, options.alsoRetry),
  });
}

function isPassing({ reason, message }: VBoxManageError, alsoRetry: RegExp | undefined): boolean {
  return reason === "locked" || alsoRetry?.test(message) === true;
}
