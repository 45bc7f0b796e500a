import { errorChain, errorText } from "../../lib/error-text.ts";
import { describeError } from "../describe-error.ts";
import type { Session } from "./session.ts";

/** What `-on-error` decides about a failure: `retry` runs the failed step again, `give up` lets the failure through. */
export type Verdict = "retry" | "give up";

/**
 * Decides about the failures of one build. A failure passes through several steps on its way out; the first one
 * decides, the outer ones accept.
 */
export class FailurePolicy {
  readonly #session: Session;
  readonly #build: string;
  readonly #decided = new WeakSet<object>();
  #abandoned = false;
  /** Where in the template what runs now stands, in words. */
  place: string | undefined;
  #goesBack = false;
  /** How to get into the machine, while it is there. */
  login: string | undefined;
  /** Where the build would go on if it began anew, in words; `undefined` where that is the beginning. */
  wayBack: (() => Promise<string | undefined>) | undefined;

  constructor(session: Session, build: string) {
    this.#session = session;
    this.#build = build;
    this.#abandoned = session.options.onError === "abort";
  }

  /** True when the user wants to keep everything as it is: nothing is undone after a failure. */
  get keepsEverything(): boolean {
    return this.#abandoned;
  }

  /** On a line of its own. */
  get #place(): string {
    return this.place === undefined ? "" : `\n${this.place}`;
  }

  /** True when the user wants the build to begin anew, at its last checkpoint. */
  get goesBack(): boolean {
    return this.#goesBack;
  }

  /** A sentence on how to get into the machine, on lines of its own; empty where nobody knows. */
  get wayIn(): string {
    return this.login === undefined ? "" : `\nTo look into the machine:\n    ${this.login}`;
  }

  /** From now on nothing is undone. */
  abandon(): void {
    this.#abandoned = true;
  }

  async decide(what: string, error: unknown, signal: AbortSignal): Promise<Verdict> {
    const { ask, options } = this.#session;
    if (options.onError !== "ask" || signal.aborted || this.#goesBack || this.#isDecided(error)) return "give up";
    const { hint } = describeError(error);
    const advice = hint === undefined ? "" : `\n${hint}`;
    const text = `${this.#build}: ${what} failed: ${errorText(error)}${advice}${this.#place}${this.wayIn}`;
    const back = await this.wayBack?.();
    const choices = back === undefined ? CHOICES : { ...CHOICES, b: `go back to the checkpoint ${back}` };
    const answer = await ask({ text, choices }, signal).catch(() => "c");
    if (answer === undefined) return "give up";
    if (answer === "r") return "retry";
    if (answer === "a") this.abandon();
    if (answer === "b") this.#goesBack = true;
    if (typeof error === "object" && error !== null) this.#decided.add(error);
    return "give up";
  }

  /** The user was asked about it, and has read it there. */
  wasAsked(error: unknown): boolean {
    return errorChain(error).some((link) => this.#isDecided(link));
  }

  #isDecided(error: unknown): boolean {
    return typeof error === "object" && error !== null && this.#decided.has(error);
  }
}

const CHOICES = {
  c: "clean up and exit",
  a: "abort without cleanup",
  r: "retry step (as the template and its files are now)",
} as const;
