/**
 * The suffixes of `text` in order, by induced sorting (Nong, Zhang, Chan: "Linear Suffix Array Construction by Almost Pure
 * Induced-Sorting", 2009): in linear time, whatever repeats in it. The end sorts before every symbol. Symbols are less
 * than `alphabet`.
 */
export function suffixArray(text: Uint8Array | Int32Array, alphabet: number): Int32Array {
  const { length } = text;
  if (length < 2) return Int32Array.from(text.keys());
  const context = createContext(text, alphabet);
  const seeds = seedsOf(context);
  const sorted = new Int32Array(length);
  induce(context, seeds, sorted);
  if (seeds.length > 1) induce(context, sortSeeds(context, seeds, sorted), sorted);
  return sorted;
}

interface Context {
  readonly text: Uint8Array | Int32Array;
  /** 1 where a suffix is less than the next one. */
  readonly rises: Uint8Array;
  /** Where the suffixes that begin with a symbol begin; one more for the end of all. */
  readonly starts: Int32Array;
  /** Where, among those of a symbol, the ones that rise begin. */
  readonly rising: Int32Array;
  /** For counting along. */
  readonly places: Int32Array;
}

function createContext(text: Uint8Array | Int32Array, alphabet: number): Context {
  const { length } = text;
  const rises = new Uint8Array(length);
  const starts = new Int32Array(alphabet + 1);
  const rising = new Int32Array(alphabet);
  starts[text[length - 1]! + 1]!++;
  rising[text[length - 1]!]!++;
  for (let at = length - 2; at >= 0; at--) {
    const symbol = text[at]!;
    const next = text[at + 1]!;
    rises[at] = symbol < next || (symbol === next && rises[at + 1] === 1) ? 1 : 0;
    starts[symbol + 1]!++;
    if (rises[at] === 0) rising[symbol]!++;
  }
  for (let symbol = 0; symbol < alphabet; symbol++) {
    starts[symbol + 1]! += starts[symbol]!;
    rising[symbol]! += starts[symbol]!;
  }
  return { text, rises, starts, rising, places: new Int32Array(alphabet + 1) };
}

/** The suffixes that rise after one that falls: the order of all others follows from theirs. */
function seedsOf({ rises }: Context): Int32Array {
  const seeds = new Int32Array((rises.length >>> 1) + 1);
  let count = 0;
  for (let at = 1; at < rises.length; at++) if (rises[at] === 1 && rises[at - 1] === 0) seeds[count++] = at;
  return seeds.subarray(0, count);
}

/** Puts all suffixes in the order that follows from that of the seeds. */
function induce({ text, rises, starts, rising, places }: Context, seeds: Int32Array, sorted: Int32Array): void {
  const { length } = text;
  sorted.fill(-1);
  places.set(rising);
  for (let index = 0; index < seeds.length; index++) {
    const at = seeds[index]!;
    sorted[places[text[at]!]!++] = at;
  }
  places.set(starts);
  sorted[places[text[length - 1]!]!++] = length - 1;
  for (let index = 0; index < length; index++) {
    const before = sorted[index]! - 1;
    if (before >= 0 && rises[before] === 0) sorted[places[text[before]!]!++] = before;
  }
  places.set(starts);
  for (let index = length - 1; index >= 0; index--) {
    const before = sorted[index]! - 1;
    if (before >= 0 && rises[before] === 1) sorted[--places[text[before]! + 1]!] = before;
  }
}

/** The seeds in order. `sorted` has them in the order of their texts up to the next seed. */
function sortSeeds(context: Context, seeds: Int32Array, sorted: Int32Array): Int32Array {
  const { names, count } = nameSeeds(context, seeds, sorted);
  return suffixArray(names, count).map((index) => seeds[index]!);
}

/** For each seed, in the order of the text, which of the different ones it is. */
function nameSeeds({ text, rises }: Context, seeds: Int32Array, sorted: Int32Array) {
  const { length } = text;
  const indexOf = new Int32Array(length).fill(-1);
  for (let index = 0; index < seeds.length; index++) indexOf[seeds[index]!] = index;
  const endOf = (index: number): number => (index + 1 < seeds.length ? seeds[index + 1]! : length);
  const isSame = (one: number, other: number): boolean => {
    const end = endOf(one);
    const size = end - seeds[one]!;
    if (endOf(other) - seeds[other]! !== size || end === length || endOf(other) === length) return false;
    for (let offset = 0; offset <= size; offset++)
      if (text[seeds[one]! + offset] !== text[seeds[other]! + offset]) return false;
    return true;
  };
  const names = new Int32Array(seeds.length);
  let count = 0;
  let previous = -1;
  for (let index = 0; index < rises.length; index++) {
    const seed = indexOf[sorted[index]!]!;
    if (seed === -1) continue;
    if (previous !== -1 && !isSame(previous, seed)) count++;
    names[seed] = count;
    previous = seed;
  }
  return { names, count: count + 1 };
}
