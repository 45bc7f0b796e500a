/**
 * Quotation marks that people (and word processors) write where HCL wants `"`, each with the marks that may close it.
 */
const CLOSERS: ReadonlyMap<string, RegExp> = new Map([
  ["'", /['\n]/g],
  ["`", /[`\n]/g],
  ["\u2018", /[\u2019'\n]/g],
  ["\u201c", /[\u201d"\n]/g],
  ["\u201d", /[\u201d"\n]/g],
  ["\u201e", /[\u201c\u201d"\n]/g],
  ["\u00ab", /[\u00bb\n]/g],
]);

/**
 * Finds strings in foreign quotes, closed on the same line. One finder per text: it remembers up to where there is no
 * closing mark, so that a line full of opening ones is not searched again for each.
 */
export class ForeignStrings {
  private readonly unclosedUntil = new Map<string, number>();
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The length of such a string at `start`; 0 if there is none. */
  lengthAt(start: number, end: number): number {
    const mark = this.text[start]!;
    const closer = CLOSERS.get(mark);
    if (closer === undefined || start < (this.unclosedUntil.get(mark) ?? 0)) return 0;
    closer.lastIndex = start + 1;
    const found = closer.exec(this.text);
    if (found !== null && found[0] !== "\n" && found.index < end) return found.index + 1 - start;
    this.unclosedUntil.set(mark, found?.index ?? end);
    return 0;
  }
}
