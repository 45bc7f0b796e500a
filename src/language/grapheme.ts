/** What people count as one character: a base with its accents, an emoji with its modifiers. */
let segmenter: Intl.Segmenter | undefined;

const ONE_UNIT_EACH = /^[\x00-\x0c\x0e-\x7f]*$/;

/** The number of graphemes (Unicode extended grapheme clusters). */
export function graphemeLength(text: string): number {
  if (ONE_UNIT_EACH.test(text)) return text.length;
  segmenter ??= new Intl.Segmenter();
  let count = 0;
  for (const _ of segmenter.segment(text)) count++;
  return count;
}

/** The text divided into its graphemes. */
export function graphemes(text: string): string[] {
  if (ONE_UNIT_EACH.test(text)) return text.split("");
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
