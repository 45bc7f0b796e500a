import { applyMasks, findSecrets, type SecretPatterns } from "./redact-text.ts";

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

/** `patterns` is asked each time: a secret may become known while the stream is open. */
export function createRedactingStream(patterns: () => SecretPatterns | undefined): RedactingStream {
  let held = "";
  /** How much of `held` was shown already (by a flush). */
  let shown = 0;

  const take = (text: string, keepFrom: number, from: number, maskedText: string): string => {
    held = text.slice(keepFrom);
    shown = Math.max(0, from - keepFrom);
    return maskedText;
  };

  return {
    get isHolding() {
      return held.length > shown;
    },
    push: (piece) => {
      const text = held + piece;
      const known = patterns();
      if (known === undefined) return take(text, text.length, text.length, text.slice(shown));
      const cut = CUT_CONTROL_SEQUENCE.exec(text)?.index ?? text.length;
      const findings = findSecrets(text, known);
      const whole = cut === text.length ? findings : findSecrets(text.slice(0, cut), known);
      const { masked } = findings;
      const holdFrom = holdPosition(text, Math.min(cut, whole.unfinishedAt), known);
      // A secret that reaches into what is held back is shown (as its mask) with it, not in two halves.
      const end = masked.reduce((at, range) => (range.start < at && range.end > at ? range.start : at), holdFrom);
      const ready = Math.max(end, shown);
      const finished = masked.filter((range) => range.end <= ready);
      return take(text, end, ready, applyMasks(text.slice(0, ready), finished, shown));
    },
    flush: () => {
      const known = patterns();
      const text = held;
      const from = shown;
      shown = text.length;
      if (known === undefined) return text.slice(from);
      const { masked, unfinishedAt, isTelling } = findSecrets(text, known);
      const rest = isTelling && unfinishedAt < text.length ? [{ start: unfinishedAt, end: text.length }] : [];
      return applyMasks(text, mergeRest(masked, rest), from);
    },
  };
}

function mergeRest(masked: readonly { start: number; end: number }[], rest: readonly { start: number; end: number }[]) {
  const last = rest[0];
  if (last === undefined) return masked;
  const before = masked.filter((range) => range.end < last.start);
  const overlapping = masked.filter((range) => range.end >= last.start);
  return [...before, { start: Math.min(last.start, ...overlapping.map((range) => range.start)), end: last.end }];
}

function holdPosition(text: string, unfinishedAt: number, { words }: SecretPatterns): number {
  // Whether a short secret is a whole word shows in the character after it.
  const wordAt = words === undefined ? text.length : Math.max(text.lastIndexOf("\n") + 1, text.length - 3);
  const position = Math.min(unfinishedAt, wordAt);
  return text.length - position > MOST_HELD ? text.length : position;
}
