/** Names longer than this are not compared: nobody mistypes them, and the comparison takes quadratic time. */
const LONGEST_NAME = 100;

/**
 * The candidate nearest to a mistyped name, when one is near enough: at most 40 % of the letters differ, and of a name of
 * two letters the one that is missing (`ky` for `key`).
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  let best: string | undefined;
  let bestDistance = mostDifferent(name) + 1;
  for (const candidate of candidates) {
    if (name.length === 2 && candidate.length !== 3 && normalize(name) !== normalize(candidate)) continue;
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(normalize(name), normalize(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

const mostDifferent = ({ length }: string): number => (length === 2 ? 1 : Math.floor(length * 0.4));

/** ` Did you mean "x"?` to append to a sentence, or an empty text. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const found = nearest(name, candidates);
  return found === undefined ? "" : ` Did you mean ${JSON.stringify(found)}?`;
}

/** Case, and `-` for `_`, are the commonest slips and are ignored. */
const normalize = (name: string): string => name.toLowerCase().replaceAll("-", "_");

/** Insertions, deletions, substitutions and swaps of neighbours needed to turn one text into the other. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = Number(a[i - 1] !== b[j - 1]);
      let distance = Math.min(row[j - 1]! + 1, previous[j]! + 1, previous[j - 1]! + cost);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) distance = Math.min(distance, beforePrevious[j - 2]! + 1);
      row.push(distance);
    }
    [beforePrevious, previous] = [previous, row];
  }
  return previous[b.length]!;
}
