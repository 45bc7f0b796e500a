import { error, type Diagnostic } from "./diagnostic.ts";
import type { SourceRange } from "./source.ts";

/** A string that holds quotes of its own, the first of which ended it. */
export interface InnerQuotes {
  /** Offsets of the quotes that are meant literally; an even number. */
  readonly quotes: readonly number[];
  /** Offset after the quote that was meant to end the string. */
  readonly end: number;
}

/**
 * Whether the quote at `close` was meant literally: a word begins right after it, is quoted as a whole, and the line holds
 * a further quote that something follows which can follow a string. `"echo "hi""`, but not `"a"b, "c"`.
 */
export function innerQuotes(text: string, close: number): InnerQuotes | undefined {
  if (!BEGINS_WORD.test(text.slice(close + 1, close + 3))) return undefined;
  const newline = text.indexOf("\n", close);
  const lineEnd = newline === -1 ? text.length : newline;
  const quotes = [close];
  for (let at = close + 1; at < lineEnd; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') {
      if (quotes.length % 2 === 0 && AFTER_STRING.test(text.slice(at + 1, lineEnd))) return { quotes, end: at + 1 };
      if (quotes.length % 2 === 1 && !ENDS_WORD.test(text.slice(at - 1, at))) return undefined;
      quotes.push(at);
    }
  }
  return undefined;
}

/** Not `~}`, which ends what a quoted text stands in. */
const BEGINS_WORD = /^(?!~\})[\p{L}_$@~./{<-]/u;
const ENDS_WORD = /[^\s,([{+\-*/%<>=!&|?:]/;
const AFTER_STRING = /^\s*([,\])}:]|$)/;

/** `place`: the first of the quotes. `quotes`: the places of all of them, where a backslash before each would mend it. */
export function quoteInString(place: SourceRange, quotes: readonly SourceRange[] | undefined): Diagnostic {
  const detail = 'This quote ends the string. For a quote inside a string, write \\".';
  const edits = quotes?.map((range) => ({ range: { ...range, end: range.start }, text: "\\" }));
  return { ...error("quote-in-string", place, "Quote inside a string", detail), edits };
}
