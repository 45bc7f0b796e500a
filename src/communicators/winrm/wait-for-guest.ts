import { describeDuration } from "../../lib/duration.ts";
import { sleep } from "../../lib/retry.ts";
import { BuildError } from "../../sdk/error.ts";
import { askGuestFacts, type GuestFacts } from "./guest-facts.ts";
import type { Address, WinrmSettings } from "./settings.ts";
import { WireFailure, type FailureKind } from "./wire/failure.ts";
import { WsmanClient, isQuota } from "./wsman/client.ts";
import { WsmanFault } from "./wsman/fault.ts";

export interface WaitOptions {
  readonly settings: WinrmSettings;
  /** Asked before every attempt; `undefined` while the address is not known. */
  readonly address: () => Promise<Address | undefined>;
  /** No limit when absent. */
  readonly timeoutMs?: number | undefined;
  /** How many refusals of the login, or of the certificate, end the wait, and not before so long after the first. */
  readonly refusals: { readonly count: number; readonly graceMs: number };
  /** The user can look at the machine: it is not somebody else's, somewhere. */
  readonly hasScreen: boolean;
  /** Why it is not ready: once per change. */
  readonly onReason: (reason: string) => void;
  readonly signal: AbortSignal;
}

export interface ReadyGuest {
  readonly client: WsmanClient;
  readonly facts: GuestFacts;
  readonly address: Address;
}

/** An answer to a first question may take so long on a machine that starts. */
const SILENCE_MS = 10_000;
const PAUSE_MS = 300;
/** After an answer that a moment will not change. */
const LONG_PAUSE_MS = 1000;
/** A reason that comes back is worth a line again after so long. */
const REPEAT_AFTER_MS = 5 * 60_000;

/** Tries until WinRM lets us in and has run a first command, in a Windows that is set up. */
export async function waitForGuest(options: WaitOptions): Promise<ReadyGuest> {
  const { signal, timeoutMs } = options;
  const started = performance.now();
  const reasons = reasonTeller(options.onReason);
  const refused = refusalCounter(options.refusals);
  for (;;) {
    signal.throwIfAborted();
    const outcome = await tryOnce(options, signal);
    if (outcome.guest !== undefined) return outcome.guest;
    reasons.tell(outcome.reason);
    if (outcome.kind === "unauthorized" || outcome.kind === "tls") refused.count(outcome.kind, outcome.reason);
    if (timeoutMs !== undefined && performance.now() - started >= timeoutMs)
      throw tooLate(options, timeoutMs, reasons.last());
    await sleep(outcome.pauseMs, signal);
  }
}

interface Outcome {
  readonly guest?: ReadyGuest;
  readonly reason: string;
  readonly kind?: FailureKind;
  readonly pauseMs: number;
}

async function tryOnce({ settings, address: find }: WaitOptions, signal: AbortSignal): Promise<Outcome> {
  const address = await find();
  if (address === undefined) return { reason: "the address of the machine is not known yet", pauseMs: PAUSE_MS };
  const client = new WsmanClient(settings, address);
  let isReady = false;
  try {
    await client.identify(signal, SILENCE_MS);
    const facts = await askGuestFacts(client, signal);
    if (facts === undefined) return { reason: "the login works, but a first command did not", pauseMs: LONG_PAUSE_MS };
    if (facts.inSetup) return { reason: "Windows is still being set up", pauseMs: LONG_PAUSE_MS };
    await client.learnLimits(signal);
    isReady = true;
    return { guest: { client, facts, address }, reason: "", pauseMs: 0 };
  } catch (error) {
    signal.throwIfAborted();
    return failedAttempt(error);
  } finally {
    if (!isReady) void client.close();
  }
}

function failedAttempt(error: unknown): Outcome {
  if (error instanceof WireFailure) {
    const isEarly = error.kind === "refused" || error.kind === "closed" || error.kind === "unreachable";
    return { reason: error.message, kind: error.kind, pauseMs: isEarly ? PAUSE_MS : LONG_PAUSE_MS };
  }
  if (!(error instanceof WsmanFault)) throw error;
  const why = isQuota(error) ? `too many shells are open in the machine (${error.message})` : error.message;
  return { reason: `WinRM answers, but starts no shell: ${why}`, pauseMs: LONG_PAUSE_MS };
}

function reasonTeller(say: (reason: string) => void) {
  const saidAt = new Map<string, number>();
  let last = "the machine was not reached yet";
  const tell = (reason: string) => {
    if (reason === last) return;
    last = reason;
    const before = saidAt.get(reason);
    if (before !== undefined && performance.now() - before < REPEAT_AFTER_MS) return;
    saidAt.set(reason, performance.now());
    say(reason);
  };
  return { tell, last: () => last };
}

function refusalCounter({ count: limit, graceMs }: WaitOptions["refusals"]) {
  const seen = { count: 0, since: 0 };
  const count = (kind: FailureKind, reason: string) => {
    if (seen.count === 0) seen.since = performance.now();
    seen.count++;
    if (seen.count >= limit && performance.now() - seen.since >= graceMs)
      throw refusedForGood(kind, seen.count, reason);
  };
  return { count };
}

function refusedForGood(kind: FailureKind, count: number, reason: string): BuildError {
  if (kind === "tls") {
    return new BuildError(`Refused to connect: ${reason}`, {
      hint: "A Windows that made its own certificate needs winrm_insecure = true. If there is no TLS at all, leave out winrm_use_ssl.",
    });
  }
  return new BuildError(`The login was refused ${count} times: ${reason}`, {
    hint: "Check winrm_username and winrm_password. Basic authentication has to be allowed in the machine, and over plain HTTP unencrypted messages too; winrm_use_ntlm = true needs neither.",
  });
}

function tooLate({ hasScreen }: WaitOptions, timeoutMs: number, reason: string): BuildError {
  return new BuildError(`WinRM did not become available within ${describeDuration(timeoutMs)}: ${reason}`, {
    hint: `${hasScreen ? "Look at the machine's screen. " : ""}If it only needs longer, raise winrm_timeout.`,
  });
}
