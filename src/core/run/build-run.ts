import { AsyncLocalStorage } from "node:async_hooks";
import { untilAborted } from "../../lib/until-aborted.ts";
import type { FailedStep, Leftover, Outcome, StepTime, BuildEvent } from "../../sdk/event.ts";
import type { BuildIdentity, BuildInput, Run, Step, Undo } from "../../sdk/run.ts";
import type { BuildPlan } from "../../template/model.ts";
import { errorText } from "../../lib/error-text.ts";
import { CleanupStack, type Frame, type UndoFailure, type Undoing } from "./cleanup-stack.ts";
import { FailurePolicy } from "./on-error.ts";
import type { Session } from "./session.ts";

/** The step that is running: makes a step inside another known as such, even when others run beside it. */
const frames = new AsyncLocalStorage<Frame>();

/** How a body went that is undone when it fails. */
export type Tried<Result> = { readonly result: Result } | { readonly error: unknown };

/** Whether something of a build is still there at its end: kept as the user asked, or impossible to remove. */
export type Remaining = "nothing" | "as asked" | "not removed";

/** The run of one build: what components see of it, and what the core does with it at the end. */
export class BuildRun implements Run {
  readonly build: BuildIdentity;
  readonly signal: AbortSignal;
  readonly failures: FailurePolicy;
  readonly leftovers: Leftover[] = [];
  remaining: Remaining = "nothing";
  readonly stepTimes: StepTime[] = [];
  /** The first step of the template that failed, with the error that passes through it. */
  failure: { readonly error: unknown; readonly step: FailedStep } | undefined;
  readonly #session: Session;
  readonly #cleanup: CleanupStack;

  constructor(session: Session, build: BuildIdentity, signal: AbortSignal = session.signal) {
    this.#session = session;
    this.build = build;
    this.signal = signal;
    this.failures = new FailurePolicy(session, build.name);
    this.#cleanup = new CleanupStack(session.journal);
  }

  get runId() {
    return this.#session.runId;
  }
  get options() {
    return this.#session.options;
  }
  get host() {
    return this.#session.host;
  }
  get directories() {
    return this.#session.directories;
  }

  async step<Result>(name: string, body: (step: Step) => Promise<Result>): Promise<Result> {
    const frame: Frame = { name, parent: frames.getStore() };
    for (;;) {
      this.signal.throwIfAborted();
      try {
        const result = await this.#timed(frame, () => body(this.#stepFor(frame)));
        await this.pause(`Pausing after run of step "${name}".`);
        return result;
      } catch (error) {
        if (isInTrial(frame)) throw error;
        if ((await this.failures.decide(name, error, this.signal)) === "give up") throw error;
        await this.unwind("failed", frame);
      }
    }
  }

  /** Runs `body` as if in a step of its own that nobody sees; returns what undoes what it registered. */
  scope<Result>(name: string, body: () => Promise<Result>): Promise<Tried<Result>> {
    return this.#inFrame({ name, parent: frames.getStore() }, body);
  }

  /** As `scope`, for what may fail because there is another way: `-on-error` has no say in it. */
  trial<Result>(name: string, body: () => Promise<Result>): Promise<Tried<Result>> {
    return this.#inFrame({ name, parent: frames.getStore(), isTrial: true }, body);
  }

  async #inFrame<Result>(frame: Frame, body: () => Promise<Result>): Promise<Tried<Result>> {
    try {
      return { result: await frames.run(frame, body) };
    } catch (error) {
      await this.unwind("failed", frame);
      return { error };
    }
  }

  /** Registers a reversal outside of any step. */
  onCleanup(what: string, undo: Undo, only?: Outcome): void {
    this.#cleanup.register(what, undo, { frame: frames.getStore(), only });
  }

  /** `-debug`: waits for the user, where there is one. */
  async pause(text: string): Promise<void> {
    if (this.options.debug) await this.waitForUser(text);
  }

  async waitForUser(text: string): Promise<boolean> {
    if (this.signal.aborted) return false;
    const question = { text: `${this.build.name}: ${text}${this.failures.wayIn}`, choices: { "": "continue" } };
    return (await this.#session.ask(question, this.signal)) !== undefined;
  }

  async askUser(text: string, { hidden }: { readonly hidden?: boolean } = {}): Promise<string | undefined> {
    if (this.signal.aborted) return undefined;
    return this.#session.ask({ text: `${this.build.name}: ${text}`, hidden }, this.signal);
  }

  /** Undoes what was registered (in one step), last in first out. What stays behind is added to `leftovers`. */
  async unwind(outcome: Outcome, within?: Frame): Promise<void> {
    const failures: UndoFailure[] = [];
    await this.#cleanup.unwind({
      outcome,
      within,
      signal: this.#session.cleanupSignal,
      onStart: async (undoing) => {
        const { description } = await this.#describe(undoing);
        this.emit({ kind: "cleanup-started", build: this.build.name, what: description });
      },
      onFailure: (failure) => failures.push(failure),
    });
    for (const failure of failures) await this.#reportLeftover(failure);
  }

  /** Keeps everything as it is, and says what that is. */
  async keepEverything(): Promise<void> {
    if (this.remaining === "nothing") this.remaining = "as asked";
    const kept = await Promise.all(this.#cleanup.owned().map((resource) => this.#session.describeResource(resource)));
    if (kept.length === 0) return this.warn(`Nothing is cleaned up, as -on-error asks for.${this.failures.wayIn}`);
    this.leftovers.push(...kept);
    const listed = kept.map(({ description }) => `\n    ${description}`).join("");
    const command = `imgbuild cleanup -run ${this.runId}`;
    this.warn(`Left as it is, as -on-error asks for:${listed}${this.failures.wayIn}\nRemove it with:\n    ${command}`);
  }

  /** The plan of this build, from the template as it is now; `undefined` where that cannot be had. */
  async reread(): Promise<BuildPlan | undefined> {
    return this.#session.reread?.(this.build.name);
  }

  emit(event: BuildEvent): void {
    this.#session.emit(event);
  }
  say(text: string): void {
    this.emit({ kind: "say", build: this.build.name, text });
  }
  warn(text: string): void {
    this.emit({ kind: "warning", build: this.build.name, text });
  }
  progress(label: string, done: number, total: number | undefined, unit: "bytes" | "items" = "bytes"): void {
    this.emit({ kind: "progress", build: this.build.name, label, done, total, unit });
  }
  debug(topic: string, text: string, details?: Readonly<Record<string, unknown>>): void {
    this.emit({ kind: "debug", build: this.build.name, topic, text, details });
  }
  canBeEntered(command: string | undefined): void {
    this.failures.login = command;
  }
  leave(leftover: Leftover): void {
    this.leftovers.push(leftover);
    this.remaining = "not removed";
  }
  secret(value: string): void {
    this.#session.secret(value);
  }
  /** An interrupt does not wait for a reader that has stopped reading. */
  ready(): Promise<void> | undefined {
    if (this.signal.aborted) return undefined;
    const consumed = this.#session.ready();
    if (consumed === undefined) return undefined;
    const taken = new AbortController();
    return Promise.race([consumed, untilAborted(this.signal, taken.signal)]).finally(() => taken.abort());
  }
  redact(text: string): string {
    return this.#session.redact(text);
  }

  /** Without a plan there is nothing that a template names. */
  inputs(): readonly BuildInput[] {
    return [];
  }

  #stepFor(frame: Frame): Step {
    return {
      signal: this.signal,
      onCleanup: (what, undo, only) => this.#cleanup.register(what, undo, { frame, only }),
      own: (resource, undo) => this.#cleanup.own(resource, undo, frame),
    };
  }

  async #timed<Result>(frame: Frame, body: () => Promise<Result>): Promise<Result> {
    const build = this.build.name;
    const step = frame.name;
    const started = this.host.clock.monotonic();
    const finished = (outcome: Outcome): void => {
      const durationMs = Math.round(this.host.clock.monotonic() - started);
      this.stepTimes.push({ step, durationMs });
      this.emit({ kind: "step-finished", build, step, outcome, durationMs });
    };
    this.emit({ kind: "step-started", build, step });
    try {
      const result = await frames.run(frame, body);
      finished("succeeded");
      return result;
    } catch (error) {
      finished(this.signal.aborted ? "cancelled" : "failed");
      throw error;
    }
  }

  async #describe({ what, resource }: Undoing): Promise<Leftover> {
    if (!resource) return { description: what };
    return this.#session.describeResource(resource);
  }

  async #reportLeftover({ error, ...undoing }: UndoFailure): Promise<void> {
    const known = await this.#describe(undoing);
    this.leftovers.push(known);
    this.remaining = "not removed";
    this.emit({
      kind: "cleanup-failed",
      build: this.build.name,
      what: known.description,
      message: errorText(error),
      manualCommand: known.manualCommand,
    });
  }
}

function isInTrial(frame: Frame): boolean {
  for (let current: Frame | undefined = frame; current; current = current.parent) if (current.isTrial) return true;
  return false;
}
