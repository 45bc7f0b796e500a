import type { Sink } from "./sink.ts";

/** Where finished lines of text go: a plain stream, a terminal with bars below, or the groups of a CI log. */
export interface LineOutput {
  line(text: string, build: string | undefined): void;
  /** Progress bars, where they can be shown. */
  setStatus?(lines: readonly string[]): void;
  buildStarted?(build: string): void;
  buildFinished?(build: string): void;
  /** Removes what must not remain on the screen. */
  end?(): void;
}

export const plainOutput = (sink: Sink): LineOutput => ({ line: (text) => sink.write(`${text}\n`) });
