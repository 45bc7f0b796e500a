import { describeDuration } from "../../lib/duration.ts";
import { errorMessage } from "../../lib/error-text.ts";
import { sleep } from "../../lib/retry.ts";
import { untilAborted } from "../../lib/until-aborted.ts";
import { BuildError } from "../../sdk/error.ts";
import { dial } from "./dial.ts";
import { askGuestFacts, type GuestFacts } from "./guest-facts.ts";
import { SshLink } from "./link.ts";
import { logIn } from "./log-in.ts";
import { isRefusal, LoginFailure, type LoginFailureKind } from "./login-failure.ts";
import type { Address, SshSettings } from "./settings.ts";

export interface LoginWaitOptions {
  readonly settings: SshSettings;
  /** Asked before every attempt; `undefined` while the address is not known. */
  readonly address: () => Promise<Address | undefined>;
  /** No limit when absent. */
  readonly timeoutMs?: number | undefined;
  /** How many refusals of the login by one and the same server end the wait. */
  readonly refusals: RefusalLimit;
  /** The user can look at the machine: it is not somebody else's, somewhere. */
  readonly hasScreen: boolean;
  /** Why it is not ready: once per change. */
  readonly onReason: (reason: string) => void;
  readonly signal: AbortSignal;
}

export interface RefusalLimit {
  readonly count: number;
  /** The least time from the first of them. */
  readonly graceMs: number;
}

export interface ReadyGuest {
  readonly link: SshLink;
  readonly facts: GuestFacts;
  readonly address: Address;
}

/**
 * Tries until a login works and a first command ran, and keeps that connection. Several attempts a second while nothing
 * listens. A port forward may accept at once and lead nowhere, so while no SSH server has answered, further attempts run
 * beside the silent ones; the first stays for the whole limit, because a slow machine may need it.
 */
export async function waitForLogin(options: LoginWaitOptions): Promise<ReadyGuest> {
  const race = new LoginRace(options);
  try {
    return await race.run();
  } finally {
    race.stop();
  }
}

interface LoginAttempt {
  readonly controller: AbortController;
  readonly startedAt: number;
  greeted: boolean;
}

/** Pause before the next attempt, by how the last one failed. */
const pauses: { readonly [Kind in LoginFailureKind]: number } = {
  unreachable: 250,
  "unknown-name": 250,
  refused: 200,
  closed: 400,
  silent: 250,
  handshake: 1000,
  "host-key": 1000,
  authentication: 1000,
  route: 1000,
  "first-command": 500,
};

/** How long after a reason was shown it is shown again. */
const REPEAT_AFTER_MS = 5 * 60_000;
const FIRST_COMPANION_MS = 1000;
const COMPANION_LIFE_MS = 5000;

class LoginRace {
  readonly #options: LoginWaitOptions;
  readonly #started = performance.now();
  readonly #attempts = new Set<LoginAttempt>();
  readonly #refused = { hostKey: undefined as string | undefined, count: 0, since: 0 };
  #reason = "the machine was not reached yet";
  #lastFailure: LoginFailure | undefined;
  readonly #saidAt = new Map<string, number>();
  #winner: ReadyGuest | undefined;
  #fatal: Error | undefined;
  #nextStart = 0;
  #wake: () => void = () => {};

  constructor(options: LoginWaitOptions) {
    this.#options = options;
  }

  async run(): Promise<ReadyGuest> {
    const { signal } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      if (this.#winner) return this.#winner;
      if (this.#fatal) throw this.#fatal;
      this.#checkDeadline();
      this.#retireCompanions();
      if (this.#mayStart()) await this.#start();
      await this.#pause();
    }
  }

  stop(): void {
    for (const { controller } of this.#attempts) controller.abort();
  }

  #mayStart(): boolean {
    const now = performance.now();
    if (now < this.#nextStart) return false;
    const attempts = [...this.#attempts];
    if (attempts.some(({ greeted }) => greeted)) return false;
    const youngest = attempts.at(-1);
    return youngest === undefined || now - youngest.startedAt >= FIRST_COMPANION_MS * attempts.length;
  }

  /** The oldest silent attempt stays; companions make room for fresh ones. */
  #retireCompanions(): void {
    const now = performance.now();
    const companions = [...this.#attempts].slice(1);
    for (const attempt of companions) {
      if (!attempt.greeted && now - attempt.startedAt > COMPANION_LIFE_MS) attempt.controller.abort();
    }
  }

  async #start(): Promise<void> {
    const address = await this.#options.address();
    if (!address) {
      this.#say("the address of the machine is not known yet");
      this.#nextStart = performance.now() + 250;
      return;
    }
    const attempt: LoginAttempt = { controller: new AbortController(), startedAt: performance.now(), greeted: false };
    this.#attempts.add(attempt);
    void this.#tryOnce(address, attempt).finally(() => {
      this.#attempts.delete(attempt);
      this.#wake();
    });
  }

  async #tryOnce(address: Address, attempt: LoginAttempt): Promise<void> {
    const signal = AbortSignal.any([attempt.controller.signal, this.#options.signal]);
    try {
      const ready = await this.#logInOnce(address, attempt, signal);
      if (this.#winner || signal.aborted) return ready.link.close();
      this.#options.settings.hostKeys.remember(ready.link.hostKey);
      this.#winner = ready;
    } catch (error) {
      if (signal.aborted || this.#winner) return;
      if (error instanceof LoginFailure) this.#failed(error);
      else this.#fatal = error as Error;
    }
  }

  async #logInOnce(address: Address, attempt: LoginAttempt, signal: AbortSignal): Promise<ReadyGuest> {
    const { settings } = this.#options;
    const quiet = setTimeout(() => this.#say(noServerYet(address)), FIRST_COMPANION_MS);
    try {
      const socket = await dial(settings, address, signal);
      const onGreeting = () => {
        clearTimeout(quiet);
        attempt.greeted = true;
        this.#dropSilent();
      };
      const link = new SshLink(await logIn(socket, settings, { address, signal, onGreeting }), settings);
      try {
        return { link, facts: await this.#firstCommand(link, signal), address };
      } catch (error) {
        link.close();
        throw error;
      }
    } finally {
      clearTimeout(quiet);
    }
  }

  async #firstCommand(link: SshLink, signal: AbortSignal): Promise<GuestFacts> {
    try {
      return await askGuestFacts(link, signal);
    } catch (error) {
      if (error instanceof LoginFailure || signal.aborted) throw error;
      const message = `the login worked, but a first command did not: ${errorMessage(error)}`;
      throw new LoginFailure("first-command", message, { cause: error });
    }
  }

  /** A server answered one attempt: the others would only burden it. */
  #dropSilent(): void {
    for (const attempt of this.#attempts) if (!attempt.greeted) attempt.controller.abort();
  }

  #failed(failure: LoginFailure): void {
    // Attempts may share one login to a jump host.
    if (failure === this.#lastFailure) return;
    this.#lastFailure = failure;
    this.#say(failure.message);
    if (isRefusal(failure)) this.#countRefusal(failure);
    this.#nextStart = performance.now() + this.#pauseAfter(failure);
  }

  #pauseAfter({ kind }: LoginFailure): number {
    if (kind !== "authentication") return pauses[kind];
    return Math.min(500 * this.#refused.count, 3000);
  }

  /** Counts refusals by the same server in a row: an installer's server and the installed one have different keys. */
  #countRefusal(failure: LoginFailure): void {
    const { count, graceMs } = this.#options.refusals;
    const now = performance.now();
    if (this.#refused.hostKey !== failure.hostKey) {
      Object.assign(this.#refused, { hostKey: failure.hostKey, count: 0, since: now });
    }
    this.#refused.count++;
    if (this.#refused.count >= count && now - this.#refused.since >= graceMs) {
      this.#fatal = refusedForGood(failure, this.#refused.count);
    }
  }

  #say(reason: string): void {
    if (reason === this.#reason) return;
    this.#reason = reason;
    // Behind a port forward of a machine that starts, two reasons take turns for minutes.
    const saidAt = this.#saidAt.get(reason);
    if (saidAt !== undefined && performance.now() - saidAt < REPEAT_AFTER_MS) return;
    this.#saidAt.set(reason, performance.now());
    this.#options.onReason(reason);
  }

  #checkDeadline(): void {
    const { timeoutMs, hasScreen } = this.#options;
    if (timeoutMs === undefined || performance.now() - this.#started < timeoutMs) return;
    throw new BuildError(`SSH did not become available within ${describeDuration(timeoutMs)}: ${this.#reason}`, {
      hint: `${hasScreen ? "Look at the machine's screen. " : ""}${adviceFor(this.#lastFailure)}If it only needs longer, raise ssh_timeout.`,
    });
  }

  async #pause(): Promise<void> {
    if (this.#winner || this.#fatal) return;
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    const timer = new AbortController();
    const ms = Math.min(Math.max(this.#nextStart - performance.now(), 20), 200);
    await Promise.race([
      woken,
      sleep(ms, timer.signal).catch(() => {}),
      untilAborted(this.#options.signal, timer.signal),
    ]);
    timer.abort();
  }
}

function noServerYet({ host, port }: Address): string {
  return `${host}:${port} is open, but no SSH server answers there yet`;
}

/** A sentence and a space, or nothing: what else than patience may help. */
function adviceFor(failure: LoginFailure | undefined): string {
  if (failure?.kind === "authentication") return CHECK_LOGIN;
  return failure?.kind === "unknown-name" ? "Is the name in ssh_host right? " : "";
}

const CHECK_LOGIN = "Check ssh_username and the password or key. ";

function refusedForGood(failure: LoginFailure, count: number): BuildError {
  if (failure.kind === "host-key") {
    return new BuildError(`Refused to connect: ${errorMessage(failure)}`, {
      hint: "Another machine may be answering at this address. If the change is right, pin the new key with ssh_host_key.",
      cause: failure,
    });
  }
  return new BuildError(`The login was refused ${count} times: ${errorMessage(failure)}`, {
    hint: "Check ssh_username and the password or key. If the machine needs longer until it accepts them, set ssh_handshake_attempts.",
    cause: failure,
  });
}
