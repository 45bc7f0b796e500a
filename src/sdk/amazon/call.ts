import { sleep } from "../../lib/retry.ts";
import type { CallOptions } from "./api.ts";
import { AmazonError, codeOf, verdictOf, type Verdict } from "./failure.ts";

export interface CallContext {
  /** Tries after faults of the network or the service. */
  readonly maxAttempts: number;
  /** Told once for each spell of throttling. */
  readonly onThrottled: (text: string) => void;
  /** Gets new credentials; false when that was tried already. */
  readonly renew: () => Promise<boolean>;
  readonly decode?: ((error: unknown) => Promise<string | undefined>) | undefined;
}

/** How long throttling is answered with patience, and how long a young thing may be unknown. */
const THROTTLED_MS = 10 * 60_000;
const YOUNG_MS = 3 * 60_000;

/**
 * Sends one request until there is an answer that counts. Throttling is met with exponential pauses and full jitter (AWS
 * Architecture Blog, "Exponential Backoff And Jitter"), until a deadline rather than a number of tries.
 */
export async function callPatiently<Output>(
  operation: string,
  send: () => Promise<Output>,
  options: CallOptions,
  context: CallContext,
): Promise<Output> {
  const started = performance.now();
  const counts: Partial<Record<Verdict, number>> = {};
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      return await send();
    } catch (error) {
      options.signal?.throwIfAborted();
      const verdict = verdictOf(operation, error);
      const count = (counts[verdict] = (counts[verdict] ?? 0) + 1);
      const elapsed = performance.now() - started;
      const pause = await pauseFor(verdict, { count, elapsed, options, context });
      if (pause === undefined) throw new AmazonError(operation, error, await context.decode?.(error));
      if (verdict === "throttled" && count === 1) {
        context.onThrottled(
          `Amazon is throttling requests (${codeOf(error)}); next try in ${Math.ceil(pause / 1000)} s, and so on`,
        );
      }
      await sleep(pause, options.signal);
    }
  }
}

interface Situation {
  readonly count: number;
  readonly elapsed: number;
  readonly options: CallOptions;
  readonly context: CallContext;
}

/** Milliseconds until the next try; `undefined` when there is none. */
async function pauseFor(verdict: Verdict, situation: Situation): Promise<number | undefined> {
  const { count, elapsed, options, context } = situation;
  switch (verdict) {
    case "throttled":
      return elapsed < THROTTLED_MS ? fullJitter(count, 1000, 20_000) : undefined;
    case "expired":
      return (await context.renew()) ? 0 : undefined;
    case "not-yet":
      return options.young === true && elapsed < YOUNG_MS ? growing(count, 500, 5000) : undefined;
    case "busy":
      return elapsed < (options.busyMs ?? 0) ? growing(count, 1000, 5000) : undefined;
    case "lost":
      return options.once !== true && count < context.maxAttempts ? fullJitter(count, 500, 10_000) : undefined;
    case "denied":
    case "no-capacity":
    case "final":
      return undefined;
  }
}

const growing = (count: number, firstMs: number, mostMs: number): number =>
  Math.min(firstMs * 1.5 ** (count - 1), mostMs);

function fullJitter(count: number, baseMs: number, mostMs: number): number {
  return Math.random() * Math.min(baseMs * 2 ** (count - 1), mostMs);
}
