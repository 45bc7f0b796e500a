import type { LineOutput } from "../line-output.ts";
import type { Sink } from "../sink.ts";

/** How a CI system opens and closes a part of its log that can be folded. */
export interface GroupSyntax {
  open(title: string, id: string): string;
  close(id: string): string;
  /** Makes a line harmless that the system would take for a command. */
  guard(line: string): string;
}

/** How many lines of one build may wait; beyond that the oldest are dropped (the log file has them). */
const MOST_WAITING_LINES = 20_000;

/**
 * A log in which each build is one group, also when builds run side by side: one is shown live, the others wait until
 * it has finished.
 */
export function createGroupedOutput(sink: Sink, syntax: GroupSyntax): LineOutput {
  return new GroupedOutput(sink, syntax);
}

interface WaitingBuild {
  readonly lines: string[];
  dropped: number;
  isFinished: boolean;
}

const newlyWaiting = (): WaitingBuild => ({ lines: [], dropped: 0, isFinished: false });

class GroupedOutput implements LineOutput {
  readonly #sink: Sink;
  readonly #syntax: GroupSyntax;
  readonly #waiting = new Map<string, WaitingBuild>();
  #live: string | undefined;

  constructor(sink: Sink, syntax: GroupSyntax) {
    this.#sink = sink;
    this.#syntax = syntax;
  }

  line(text: string, build: string | undefined): void {
    if (build !== undefined && this.#live === undefined) this.#open(build);
    if (build === undefined || build === this.#live) this.#write(text);
    else this.#hold(text, build);
  }

  buildStarted(build: string): void {
    if (this.#live === undefined) this.#open(build);
    else this.#waiting.set(build, newlyWaiting());
  }

  buildFinished(build: string): void {
    const held = this.#waiting.get(build);
    if (build === this.#live) this.#close();
    else if (held) held.isFinished = true;
  }

  end(): void {
    while (this.#live !== undefined) this.#close();
  }

  #write(line: string): void {
    this.#sink.write(`${this.#syntax.guard(line)}\n`);
  }

  /** Makes a build the live one, and shows what it had waiting. */
  #open(build: string): void {
    this.#live = build;
    this.#sink.write(`${this.#syntax.open(build, idOf(build))}\n`);
    const held = this.#waiting.get(build);
    this.#waiting.delete(build);
    if (!held) return;
    if (held.dropped > 0) this.#write(`… ${held.dropped} lines are only in the log file …`);
    for (const line of held.lines) this.#write(line);
    if (held.isFinished) this.#close();
  }

  /** Ends the live group, and begins that of a build that has finished, or else of the one that waits longest. */
  #close(): void {
    if (this.#live === undefined) return;
    this.#sink.write(`${this.#syntax.close(idOf(this.#live))}\n`);
    this.#live = undefined;
    const waiting = [...this.#waiting];
    const next = waiting.find(([, { isFinished }]) => isFinished) ?? waiting[0];
    if (next) this.#open(next[0]);
  }

  #hold(line: string, build: string): void {
    const held = this.#waiting.get(build) ?? newlyWaiting();
    this.#waiting.set(build, held);
    held.lines.push(line);
    if (held.lines.length <= MOST_WAITING_LINES) return;
    held.lines.shift();
    held.dropped++;
  }
}

const idOf = (build: string): string => build.replace(/[^A-Za-z0-9_.-]/g, "_");
