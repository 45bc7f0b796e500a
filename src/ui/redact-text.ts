import type { TextMatcher } from "../lib/aho-corasick.ts";

/** Stands for a secret, as in Packer. */
const MASK = "<sensitive>";

/** What to look for: texts to mask anywhere, and (too short for that) whole words. */
export interface SecretPatterns {
  readonly matcher: TextMatcher;
  /** Global, matching whole words only; absent when there are none. */
  readonly words: RegExp | undefined;
}

/** A stretch to mask: half-open, in UTF-16 units. */
export interface Masked {
  readonly start: number;
  readonly end: number;
}

export interface Findings {
  /** In order, neither overlapping nor touching. */
  readonly masked: readonly Masked[];
  /** From here on the text could be the beginning of a secret; the length of the text when it cannot. */
  readonly unfinishedAt: number;
  /** Whether so much of that secret is there that it should not be shown. */
  readonly isTelling: boolean;
}

/**
 * Finds secrets in a text: as they are, and also where line ends, the indentation after them, control characters and
 * colour codes (ECMA-48 CSI) interrupt them, which is what wrapping and colouring do to a text.
 */
export function findSecrets(text: string, patterns: SecretPatterns): Findings {
  const found: Masked[] = [];
  const rest = scanBothWays(text, patterns, (start, end) => void found.push({ start, end }));
  if (patterns.words) {
    for (const { index, 0: word } of text.matchAll(patterns.words))
      found.push({ start: index, end: index + word.length });
  }
  return {
    masked: union(found),
    unfinishedAt: Math.min(text.length, ...rest.map(({ at }) => at)),
    isTelling: rest.some((part) => part.isTelling),
  };
}

interface Unfinished {
  readonly at: number;
  readonly isTelling: boolean;
}

type Note = (start: number, end: number) => void;

/** Where the text could be the beginning of a secret, as it is and without what is invisible. */
function scanBothWays(text: string, { matcher }: SecretPatterns, note: Note): readonly Unfinished[] {
  // The common case, a line of plain text: both ways are one, since every pattern is also there without line ends.
  const line = text.replace(LINE_END, "");
  if (!HAS_INVISIBLE.test(line)) {
    const seen = matcher.scan(line, note);
    if (seen.length === 0) return [];
    return [{ at: line.length - seen.length, isTelling: tells(seen) }];
  }
  const plain = matcher.scan(text, note);
  const visible = visibleText(text);
  const offsets = visible.offsets();
  const seen = matcher.scan(visible.text, (start, end) => note(offsets[start]!, offsets[end - 1]! + 1));
  return [
    { at: text.length - plain.length, isTelling: tells(plain) },
    { at: offsets[visible.text.length - seen.length] ?? text.length, isTelling: tells(seen) },
  ];
}

const LINE_END = /\r?\n$/;

const tells = (unfinished: { length: number; shortestPattern: number }): boolean =>
  unfinished.length >= 4 && unfinished.length * 2 >= unfinished.shortestPattern;

const INVISIBLE = /\x1b\[[0-9;:?]{0,32}[ -/]?[@-~]|\r?\n[ \t]*|[\x00-\x08\x0b-\x1f\x7f]/g;

const HAS_INVISIBLE = /[\x00-\x08\x0a-\x1f\x7f]/;

export const withoutInvisible = (text: string): string => text.replace(INVISIBLE, "");

function visibleText(text: string): { readonly text: string; offsets(): readonly number[] } {
  const offsets = (): number[] => {
    const kept: number[] = [];
    let from = 0;
    const keepUntil = (end: number): void => {
      for (let at = from; at < end; at++) kept.push(at);
    };
    for (const { index, 0: gap } of text.matchAll(INVISIBLE)) {
      keepUntil(index);
      from = index + gap.length;
    }
    keepUntil(text.length);
    return kept;
  };
  return { text: withoutInvisible(text), offsets };
}

function union(ranges: readonly Masked[]): Masked[] {
  const merged: { start: number; end: number }[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last === undefined || range.start > last.end) merged.push({ ...range });
    else last.end = Math.max(last.end, range.end);
  }
  return merged;
}

/**
 * The text from `from` on with each stretch replaced by the mask. Line ends within a stretch stay: lines remain lines.
 */
export function applyMasks(text: string, masked: readonly Masked[], from = 0): string {
  let shown = "";
  let at = from;
  for (const { start, end } of masked) {
    if (end <= from) continue;
    shown += text.slice(at, Math.max(at, start));
    shown += maskLines(text.slice(Math.max(at, start), end));
    at = end;
  }
  return shown + text.slice(at);
}

function maskLines(secret: string): string {
  if (!secret.includes("\n")) return MASK;
  const mask = (line: string): string => (line.trim() === "" ? "" : MASK);
  return secret.split("\n").map(mask).join("\n");
}
