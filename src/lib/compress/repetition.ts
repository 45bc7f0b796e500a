/** How far back deflate can refer. */
const WINDOW_BYTES = 32 * 1024;
/** A stretch of words is indexed every so many bytes. */
const STEP_BYTES = 128;
/** The words of a stretch begin at so many bytes in a row: looking up every so many bytes meets one of them. */
const STRETCH_BYTES = 16;
const WORD_BYTES = 4;
const HASH_BITS = 13;
/** Knuth's multiplicative hashing. */
const MULTIPLIER = 0x9e3779b1;

/**
 * How much of the data from `start` to `end`, from 0 to about 1, occurs within a window before it. A sample: words of
 * four bytes, one of which occurs again in noise once in hundreds of calls. Takes a fraction of what deflating the same
 * data would.
 */
export function repeatedShare(data: Buffer, start: number, end: number): number {
  const { places, count } = noteWords(data, start, end);
  const repeated = new Set<number>();
  for (let place = Math.max(0, start - WINDOW_BYTES); place <= end - WORD_BYTES; place += STRETCH_BYTES) {
    const word = data.readUInt32LE(place);
    const later = places[slotOf(word)]!;
    const isInWindow = later > place && later - place <= WINDOW_BYTES;
    if (isInWindow && data.readUInt32LE(later) === word) repeated.add(later);
  }
  // Of the words of a stretch that occurs again, only one was met.
  return (repeated.size * STRETCH_BYTES) / count;
}

/** The last place of each word of the stretches, by its hash (−1 where there is none), and how many words there are. */
function noteWords(data: Buffer, start: number, end: number) {
  const places = new Int32Array(1 << HASH_BITS).fill(-1);
  let count = 0;
  for (let stretch = start; stretch <= end - STRETCH_BYTES - WORD_BYTES; stretch += STEP_BYTES) {
    for (let place = stretch; place < stretch + STRETCH_BYTES; place++) {
      const slot = slotOf(data.readUInt32LE(place));
      if (places[slot] === -1) count++;
      places[slot] = place;
    }
  }
  return { places, count };
}

function slotOf(word: number): number {
  return Math.imul(word, MULTIPLIER) >>> (32 - HASH_BITS);
}
