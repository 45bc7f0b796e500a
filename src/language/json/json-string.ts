import type { SourceRange } from "../source.ts";
import type { SourceView } from "../source-view.ts";

const SIMPLE: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
const ESCAPE = /\\(u[0-9a-fA-F]{4}|[^])/g;

/**
 * The value of a JSON string given what stands between its quotes. `onInvalid` is called with the offset of each
 * invalid escape.
 */
export function decodeJsonString(raw: string, onInvalid: (offset: number, length: number) => void): string {
  if (!raw.includes("\\")) return raw;
  return raw.replace(ESCAPE, (match, code: string, offset: number) => {
    const decoded = decodeEscape(code);
    if (decoded === undefined) onInvalid(offset, match.length);
    return decoded ?? match;
  });
}

/** What follows the backslash, decoded; undefined if it is not a JSON escape. Surrogates come as pairs of escapes. */
function decodeEscape(code: string): string | undefined {
  if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
  return SIMPLE[code];
}

/**
 * The decoded text of a JSON string as a view from which offsets lead back into the file. `range` is with the quotes.
 */
export function viewOfJsonString(range: SourceRange): SourceView {
  const { file } = range;
  const start = range.start + 1;
  const end = range.end - 1;
  const raw = file.text.slice(start, end);
  if (!raw.includes("\\")) return { file, text: file.text, start, end };
  const offsets: number[] = [];
  let text = "";
  let done = 0;
  const copyVerbatim = (until: number): void => {
    for (let index = done; index < until; index++) offsets.push(start + index);
    text += raw.slice(done, until);
    done = until;
  };
  for (const match of raw.matchAll(ESCAPE)) {
    const decoded = decodeEscape(match[1]!);
    if (decoded === undefined) continue;
    copyVerbatim(match.index);
    offsets.push(start + match.index);
    text += decoded;
    done = match.index + match[0].length;
  }
  copyVerbatim(raw.length);
  offsets.push(end);
  return { file, text, start: 0, end: text.length, offsets: Uint32Array.from(offsets) };
}
