import { sleep } from "../../../lib/retry.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { CallOptions } from "./api.ts";
import { AmazonError, codeOf, isUnreachable, verdictOf, whyUnreachable, type Verdict } from "./failure.ts";

export interface CallContext {
  /** Tries after faults of the network or the service. */
  readonly maxAttempts: number;
  /** Told why a call takes longer, at its first throttling and its first failure to reach anybody. */
  readonly onDelay: (reason: DelayReason, text: string) => void;
  /** Told of each answer and each failure, for the debug log. */
  readonly onAnswer?: ((operation: string, answer: string) => void) | undefined;
  /** Gets new credentials; false when that was tried already. */
  readonly renew: () => Promise<boolean>;
  readonly decode?: ((error: unknown) => Promise<string | undefined>) | undefined;
}

export type DelayReason = "throttled" | "unreachable";

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
      const output = await send();
      context.onAnswer?.(operation, "done");
      return output;
    } catch (error) {
      options.signal?.throwIfAborted();
      // Nothing was sent: our own reason, with its own hint (there are no credentials to sign with).
      if (error instanceof BuildError) throw error;
      context.onAnswer?.(operation, codeOf(error));
      const verdict = verdictOf(operation, error);
      const count = (counts[verdict] = (counts[verdict] ?? 0) + 1);
      const elapsed = performance.now() - started;
      const pause = await pauseFor(verdict, { count, elapsed, options, context });
      if (pause === undefined) throw new AmazonError(operation, error, await context.decode?.(error));
      const seconds = Math.ceil(pause / 1000);
      if (verdict === "throttled" && count === 1)
        context.onDelay(
          "throttled",
          `Amazon is throttling requests (${codeOf(error)}); next try in ${seconds} s, and so on`,
        );
      // A connection that breaks once is nothing to worry about; one that cannot be made is.
      if (verdict === "lost" && (isUnreachable(error) || count === 3))
        context.onDelay("unreachable", `${whyUnreachable(error)}; it is tried again in ${seconds} s, and so on`);
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
