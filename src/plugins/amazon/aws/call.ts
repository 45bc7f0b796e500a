import { sleep } from "../../../lib/retry.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { AwsCallOptions } from "./api.ts";
import type { BackOff } from "./back-off.ts";
import {
  AmazonError,
  busyMs,
  codeOf,
  isUnreachable,
  verdictOf,
  whyRefused,
  whyUnreachable,
  type Verdict,
} from "./failure.ts";

export interface CallContext {
  /** Shared by all calls that Amazon counts together. */
  readonly backOff?: BackOff | undefined;
  /** Tries after faults of the network or the service. */
  readonly maxAttempts: number;
  /** Called with the reason why a call takes longer, at its first throttling and its first failure to connect. */
  readonly onDelay: (reason: DelayReason, text: string) => void;
  /** Called for each answer and each failure, for the debug log. */
  readonly onAnswer?: ((operation: string, answer: string) => void) | undefined;
  /** Called once for a call that is refused for longer than a moment, and is going to be asked again. */
  readonly onWait?: ((text: string) => void) | undefined;
  /** The keys were made moments ago: that they are not known means not yet. */
  readonly hasYoungKeys?: boolean;
  /** Gets new credentials; false when that was tried already. */
  readonly renew: () => Promise<boolean>;
  readonly decode?: ((error: unknown) => Promise<string | undefined>) | undefined;
}

interface CallOptions extends AwsCallOptions {
  /** What it is about, by its id: for messages. */
  readonly subject?: string | undefined;
  /** Only whether it would be allowed is asked. */
  readonly isDry?: boolean;
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
  let isSaid = false;
  for (;;) {
    options.signal?.throwIfAborted();
    options.pauses?.throwIfAborted();
    await context.backOff?.ready(options.signal ?? options.pauses);
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
      const situation: Situation = { operation, error, verdict, count, elapsed, options, context };
      if (!(await isWorthRepeating(situation))) {
        throw new AmazonError(operation, error, { decoded: await context.decode?.(error), subject: options.subject });
      }
      const pauseMs = pauseBefore(situation);
      reportDelay(situation, Math.ceil(pauseMs / 1000));
      isSaid = reportWait(situation, isSaid);
      if (verdict === "throttled") context.backOff?.hold(pauseMs);
      await sleep(pauseMs, options.signal ?? options.pauses);
    }
  }
}

interface Situation {
  readonly operation: string;
  readonly error: unknown;
  readonly verdict: Verdict;
  /** How many tries have had this verdict. */
  readonly count: number;
  /** Milliseconds since the first try. */
  readonly elapsed: number;
  readonly options: CallOptions;
  readonly context: CallContext;
}

async function isWorthRepeating(situation: Situation): Promise<boolean> {
  const { operation, error, verdict, count, elapsed, options, context } = situation;
  const { young = false, once = false } = options;
  switch (verdict) {
    case "throttled":
      return elapsed < THROTTLED_MS;
    case "expired":
      return context.renew();
    case "not-yet":
      return young && elapsed < YOUNG_MS;
    case "busy":
      return options.isDry !== true && elapsed < busyMs(operation, error);
    case "unknown-keys":
      return context.hasYoungKeys === true && elapsed < YOUNG_MS;
    case "lost":
      return !once && count < context.maxAttempts;
    case "denied":
    case "no-capacity":
    case "final":
      return false;
  }
}

function pauseBefore({ verdict, count }: Situation): number {
  switch (verdict) {
    case "throttled":
      return fullJitter(count, 1000, 20_000);
    case "lost":
      return fullJitter(count, 500, 10_000);
    case "not-yet":
      return growing(count, 500, 5000);
    case "busy":
    case "unknown-keys":
      return growing(count, 1000, 5000);
    default:
      return 0;
  }
}

/** From when on a wait is worth a word. */
const LONG_MS = 10_000;

function reportWait({ operation, error, verdict, elapsed, options, context }: Situation, isSaid: boolean): boolean {
  const isWait = verdict === "busy" || verdict === "not-yet" || verdict === "unknown-keys";
  if (isSaid || !isWait || elapsed < LONG_MS) return isSaid;
  const what = options.subject === undefined ? operation : `${operation} of ${options.subject}`;
  context.onWait?.(`${what} is refused for now: ${whyRefused(error)}. It is asked again`);
  return true;
}

function reportDelay({ error, verdict, count, context }: Situation, seconds: number): void {
  if (verdict === "throttled" && count === 1) {
    const text = `Amazon is throttling requests (${codeOf(error)}); next try in ${seconds} s, and so on`;
    context.onDelay("throttled", text);
  }
  // A connection that breaks once is nothing to worry about; one that cannot be made is.
  if (verdict === "lost" && (isUnreachable(error) || count === 3)) {
    context.onDelay("unreachable", `${whyUnreachable(error)}; it is tried again in ${seconds} s, and so on`);
  }
}

function growing(count: number, firstMs: number, mostMs: number): number {
  return Math.min(firstMs * 1.5 ** (count - 1), mostMs);
}

function fullJitter(count: number, baseMs: number, mostMs: number): number {
  return Math.random() * Math.min(baseMs * 2 ** (count - 1), mostMs);
}
