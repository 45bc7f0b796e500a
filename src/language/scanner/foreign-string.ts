/** Quotation marks people (and word processors) write where HCL wants `"`, with what may end such a string. */
const CLOSERS: Readonly<Record<string, string>> = {
  "'": "'",
  "`": "`",
  "\u2018": "\u2019'",
  "\u201c": '\u201d"',
  "\u201d": '\u201d"',
  "\u201e": '\u201c\u201d"',
  "\u00ab": "\u00bb",
};

/** Longer ones are not worth a look: an opening mark without a closing one must not cost a walk over a huge line. */
const MAX_LENGTH = 1000;

/** The length of a string in foreign quotes at `start`, closed on the same line; 0 if there is none. */
export function foreignStringLength(text: string, start: number, end: number): number {
  const closers = CLOSERS[text[start]!];
  if (closers === undefined) return 0;
  const limit = Math.min(end, start + MAX_LENGTH);
  for (let position = start + 1; position < limit; position++) {
    const character = text[position]!;
    if (character === "\n") return 0;
    if (closers.includes(character)) return position + 1 - start;
  }
  return 0;
}
