import { setTimeout as delay } from "node:timers/promises";

export interface RetryOptions {
  /** Give up after this many calls. Default: no limit. */
  readonly attempts?: number;
  /** Give up once this much time has passed since the first call (the last attempt is not cut short). */
  readonly timeoutMs?: number;
  /** Pause after the first failure. Default 100 ms. */
  readonly delayMs?: number;
  /** The pause grows by this factor with each failure. Default 2; 1 keeps it constant. */
  readonly factor?: number;
  /** Upper bound of the pause. Default 5 s. */
  readonly maxDelayMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** `false` makes this failure final. Default: every failure is worth another try. */
  readonly shouldRetry?: (error: unknown) => boolean;
  /** The minimum pause that the failure itself asks for (`Retry-After`). */
  readonly pauseFor?: (error: unknown) => number | undefined;
  readonly onRetry?: (error: unknown, attempt: number, pauseMs: number) => void;
}

/**
 * Calls `operation` until it succeeds. Rejects with the last failure when it is final or a limit is reached, and with
 * the abort reason as soon as `signal` aborts.
 */
export async function retry<Result>(
  operation: (attempt: number) => Promise<Result>,
  options: RetryOptions = {},
): Promise<Result> {
  const { attempts = Infinity, timeoutMs = Infinity, signal } = options;
  const started = performance.now();
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await operation(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      const pause = Math.max(pauseAfter(attempt, options), options.pauseFor?.(error) ?? 0);
      const outOfTime = performance.now() - started + pause > timeoutMs;
      if (attempt >= attempts || outOfTime || options.shouldRetry?.(error) === false) throw error;
      options.onRetry?.(error, attempt, pause);
      await sleep(pause, signal);
    }
  }
}

function pauseAfter(attempt: number, { delayMs = 100, factor = 2, maxDelayMs = 5000 }: RetryOptions): number {
  return Math.min(delayMs * factor ** (attempt - 1), maxDelayMs);
}

export interface PollOptions {
  readonly intervalMs: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Polls until the answer is not `undefined`; returns `undefined` when the time is over. Errors are passed on. */
export async function poll<Result>(
  ask: () => Promise<Result | undefined>,
  options: PollOptions,
): Promise<Result | undefined> {
  const deadline = performance.now() + (options.timeoutMs ?? Infinity);
  for (;;) {
    options.signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    const left = deadline - performance.now();
    if (left <= 0) return undefined;
    await sleep(Math.min(options.intervalMs, left), options.signal);
  }
}

/** Resolves after `ms`; rejects with the abort reason as soon as `signal` aborts. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, signal && { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
