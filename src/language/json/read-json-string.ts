import type { Diagnostic } from "../diagnostic.ts";
import { innerQuotes, quoteInString } from "../inner-quotes.ts";
import * as messages from "../messages/json-messages.ts";
import type { SourceFile, SourceRange } from "../source.ts";
import { decodeJsonString } from "./json-string.ts";

export interface ReadJsonString {
  readonly value: string;
  /** Offset after it. */
  readonly end: number;
}

/** `string = quotation-mark char* quotation-mark`; one that is not closed ends with its line. `start`: its first quote. */
export function readJsonString(file: SourceFile, start: number, report: (found: Diagnostic) => void): ReadJsonString {
  const { text } = file;
  const range = (from: number, to: number): SourceRange => ({ file, start: from, end: to });
  const close = closingQuote(text, start);
  if (close === undefined) {
    const { lineEnd, end } = lastOfLine(text, start);
    report(messages.unclosedJsonString(range(start, start + 1), range(start, lineEnd)));
    return { value: text.slice(start + 1, end), end };
  }
  const inner = innerQuotes(text, close);
  if (inner) {
    const places = inner.quotes.map((quote) => range(quote, quote + 1));
    report(quoteInString(places[0]!, places));
    return { value: text.slice(start + 1, inner.end - 1), end: inner.end };
  }
  reportControlCharacters(range(start + 1, close), report);
  const value = decodeJsonString(text.slice(start + 1, close), (offset, length) => {
    const from = start + 1 + offset;
    report(messages.invalidJsonEscape(text.slice(from, from + length), range(from, from + length)));
  });
  return { value, end: close + 1 };
}

/** The quote that ends the string, perhaps on a later line, where what follows it shows that it does. */
function closingQuote(text: string, start: number): number | undefined {
  let isLater = false;
  for (let position = start + 1; position < text.length; position++) {
    const code = text.charCodeAt(position);
    if (code === 92) position++;
    else if (code === 10) isLater = true;
    else if (code === 34) return isLater && !ENDS_STRING.test(text.slice(position + 1)) ? undefined : position;
  }
  return undefined;
}

/** After a quote that begins a string, as on the line after one that was not closed, comes its text. */
const ENDS_STRING = /^\s*([,\]}]|$)/;

/** Where a string ends that was not closed: before the comma at the end of the line, which was meant to follow it. */
function lastOfLine(text: string, start: number): { readonly lineEnd: number; readonly end: number } {
  const newline = text.indexOf("\n", start);
  const lineEnd = newline === -1 ? text.length : newline;
  const comma = /,\s*$/.exec(text.slice(Math.max(start, lineEnd - 100), lineEnd))?.[0].length ?? 0;
  return { lineEnd, end: lineEnd - comma };
}

/** Line breaks are one mistake, however many there are. */
function reportControlCharacters({ file, start, end }: SourceRange, report: (found: Diagnostic) => void): void {
  const found = [...file.text.slice(start, end).matchAll(CONTROL)];
  const breaks = found.filter(([sign]) => sign.endsWith("\n"));
  const placeOf = ({ 0: sign, index }: RegExpExecArray): SourceRange => {
    return { file, start: start + index, end: start + index + sign.length };
  };
  if (breaks.length > 0) report(messages.lineBreakInJsonString(breaks.map(placeOf)));
  for (const sign of found) {
    if (!breaks.includes(sign)) report(messages.controlCharacter(sign[0].charCodeAt(0), placeOf(sign)));
  }
}

/** Tabs and carriage returns are taken, as by others. */
const CONTROL = /\r?\n|[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;
