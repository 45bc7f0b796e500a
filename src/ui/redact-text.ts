import type { TextMatcher } from "../lib/aho-corasick.ts";
import { viewsOf, type TextView } from "./text-views.ts";

/** Stands for a secret, as in Packer. */
const MASK = "<sensitive>";

/** What to look for: texts to mask anywhere, and (too short or too common for that) whole words. */
export interface SecretPatterns {
  readonly matcher: TextMatcher;
  /** Global, matching whole words only; absent when there are none. */
  readonly words: RegExp | undefined;
  /** Length of the longest word; 0 when there are none. */
  readonly longestWord: number;
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
 * Finds secrets in a text: as they are, and also where wrapping, colouring, escaping for HTML and dumping have put
 * something between their characters.
 */
export function findSecrets(text: string, patterns: SecretPatterns): Findings {
  const found: Masked[] = [];
  const rest = scanAllWays(text, patterns, (start, end) => void found.push({ start, end }));
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

/** Where the text could be the beginning of a secret, as it is and in the other ways to read it. */
function scanAllWays(text: string, { matcher }: SecretPatterns, note: Note): readonly Unfinished[] {
  // The common case, a line of plain text: all ways are one, since every pattern is also there without line ends.
  const line = text.replace(LINE_END, "");
  const views = viewsOf(line);
  if (views.length === 0) {
    const seen = matcher.scan(line, note);
    if (seen.length === 0) return [];
    return [{ at: line.length - seen.length, isTelling: tells(seen) }];
  }
  const plain = matcher.scan(text, note);
  return [
    { at: text.length - plain.length, isTelling: tells(plain) },
    ...viewsOf(text).map((view) => scanView(view, matcher, note)),
  ];
}

function scanView(view: TextView, matcher: TextMatcher, note: Note): Unfinished {
  const seen = matcher.scan(view.text, (start, end) => note(view.startOf(start), view.endOf(end - 1)));
  return { at: view.keptFrom(view.text.length - seen.length), isTelling: tells(seen) };
}

const LINE_END = /\r?\n$/;

const tells = (unfinished: { length: number; shortestPattern: number }): boolean =>
  unfinished.length >= 4 && unfinished.length * 2 >= unfinished.shortestPattern;

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
