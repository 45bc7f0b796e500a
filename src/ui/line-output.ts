import type { Sink } from "./sink.ts";

/** Where finished lines of text go: a plain stream, a terminal with bars below, or the groups of a CI log. */
export interface LineOutput {
  line(text: string, build: string | undefined): void;
  /** Bars, where they can be shown. */
  setStatus?(lines: readonly string[]): void;
  buildStarted?(build: string): void;
  buildFinished?(build: string): void;
  /** Takes away what is not to stay. */
  end?(): void;
}

export const plainOutput = (sink: Sink): LineOutput => ({ line: (text) => sink.write(`${text}\n`) });
