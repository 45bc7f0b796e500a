import { formatDuration } from "../../lib/duration.ts";
import { sleep } from "../../lib/retry.ts";
import { untilAborted } from "../../lib/until-aborted.ts";
import { BuildError } from "../../sdk/error.ts";

/** How long a component may take to react to the end of its time before it is no longer awaited. */
const GRACE_MS = 30_000;

export interface TimeLimit {
  /** `undefined` means no limit. */
  readonly limitMs: number | undefined;
  /** Begins the sentence: `The shell provisioner`. */
  readonly what: string;
  readonly signal: AbortSignal;
}

/** Runs `body` with a signal that aborts when its time is over, and rejects then. */
export async function withTimeLimit<Result>(
  { limitMs, what, signal }: TimeLimit,
  body: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  if (limitMs === undefined) return body(signal);
  const expired = new AbortController();
  const reason = new BuildError(`${what} did not end within its timeout of ${formatDuration(limitMs)}`);
  const timer = setTimeout(() => expired.abort(reason), limitMs);
  try {
    return await orLeftBehind(body(AbortSignal.any([signal, expired.signal])), expired.signal, GRACE_MS);
  } catch (error) {
    throw expired.signal.aborted && !signal.aborted ? reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** What `work` settles to, or the abort reason when `work` has not settled `graceMs` after `signal` aborted. */
export async function orLeftBehind<Result>(
  work: Promise<Result>,
  signal: AbortSignal,
  graceMs: number,
): Promise<Result> {
  const settled = new AbortController();
  const leave = untilAborted(signal, settled.signal).then(async () => {
    await sleep(graceMs, settled.signal);
    throw signal.reason;
  });
  leave.catch(() => {});
  try {
    return await Promise.race([work, leave]);
  } finally {
    settled.abort();
  }
}
