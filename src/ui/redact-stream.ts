import { applyMasks, findSecrets, type Masked, type SecretPatterns } from "./redact-text.ts";

/** Masks secrets in text that comes in pieces, also where a secret is spread over several. */
export interface RedactingStream {
  /** Takes the next piece; returns what is safe to show now. An end that could begin a secret is held back. */
  push(piece: string): string;
  /** Whether something is held back. */
  readonly isHolding: boolean;
  /**
   * Returns what was held back. Should the rest of a secret come after all, it is still masked; and when half of one is
   * there already, that half is.
   */
  flush(): string;
}

/** Patterns are bounded; only endless invisible characters within a match could make more of it. */
const MOST_HELD = 64 * 1024;
const CUT_CONTROL_SEQUENCE = /\x1b(?:\[[0-9;:?]{0,32}[ -/]?)?$/;

/** `patterns` is called each time: a secret may become known while the stream is open. */
export function createRedactingStream(patterns: () => SecretPatterns | undefined): RedactingStream {
  return new HoldingStream(patterns);
}

class HoldingStream implements RedactingStream {
  readonly #patterns: () => SecretPatterns | undefined;
  #held = "";
  /** How much of `#held` was shown already (by a flush). */
  #shown = 0;

  constructor(patterns: () => SecretPatterns | undefined) {
    this.#patterns = patterns;
  }

  get isHolding(): boolean {
    return this.#held.length > this.#shown;
  }

  push(piece: string): string {
    const text = this.#held + piece;
    const shown = this.#shown;
    const known = this.#patterns();
    if (known === undefined) {
      this.#hold("", 0);
      return text.slice(shown);
    }
    const { masked, unfinishedAt } = findSecrets(text, known);
    const holdFrom = holdPosition(text, Math.min(unfinishedAt, cutPosition(text, known)), known);
    // A secret that reaches into what is held back is shown (as its mask) with it, not in two halves.
    const across = masked.find(({ start, end }) => start < holdFrom && end > holdFrom);
    const keepFrom = across?.start ?? holdFrom;
    const ready = Math.max(keepFrom, shown);
    this.#hold(text.slice(keepFrom), ready - keepFrom);
    const finished = masked.filter(({ end }) => end <= ready);
    return applyMasks(text.slice(0, ready), finished, shown);
  }

  flush(): string {
    const known = this.#patterns();
    const text = this.#held;
    const from = this.#shown;
    this.#shown = text.length;
    if (known === undefined) return text.slice(from);
    const { masked, unfinishedAt, isTelling } = findSecrets(text, known);
    if (!isTelling || unfinishedAt >= text.length) return applyMasks(text, masked, from);
    return applyMasks(text, maskRest(masked, { start: unfinishedAt, end: text.length }), from);
  }

  #hold(text: string, shown: number): void {
    this.#held = text;
    this.#shown = shown;
  }
}

/**
 * Where a control sequence that may go on begins, or a secret before it that may; the length of the text without one.
 */
function cutPosition(text: string, known: SecretPatterns): number {
  const cut = CUT_CONTROL_SEQUENCE.exec(text)?.index;
  if (cut === undefined) return text.length;
  return findSecrets(text.slice(0, cut), known).unfinishedAt;
}

function holdPosition(text: string, unfinishedAt: number, { words, longestWord }: SecretPatterns): number {
  // Whether a secret is a whole word shows in the characters around it.
  const wordAt =
    words === undefined
      ? text.length
      : Math.max(text.lastIndexOf("\n") + 1, text.length - Math.max(3, longestWord + 1));
  const position = Math.min(unfinishedAt, wordAt);
  return text.length - position > MOST_HELD ? text.length : position;
}

/** Masks the rest of the text, too, as one stretch with what overlaps or touches it. */
function maskRest(masked: readonly Masked[], rest: Masked): readonly Masked[] {
  const before = masked.filter(({ end }) => end < rest.start);
  const overlapping = masked.filter(({ end }) => end >= rest.start);
  const start = Math.min(rest.start, ...overlapping.map((range) => range.start));
  return [...before, { start, end: rest.end }];
}
