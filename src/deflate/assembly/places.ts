import { BUCKETS, HASH_BITS, SHORT_BUCKETS, SHORT_BUCKETS_BYTES, SHORT_HASH_BITS, WINDOW_BYTES } from "./layout";
import { LENGTH_MAX } from "./symbols";

/**
 * Where the same bytes occurred before: for each hash of a word of four bytes the last places that have it, latest
 * first; for each hash of three bytes the last place. Places are known by their low 16 bits, so that most of the table
 * stays in the processor's cache. A place that has left the window can look like one inside it, which costs only a
 * comparison.
 */

export const WORD_BYTES: u32 = 4;
const SHORT_LENGTH: u32 = 3;
/** From farther away, three bytes take no less than three literals. */
const SHORT_DISTANCE_MAX: u32 = 2048;
/** Of four places. */
const FOUR_BYTES: u32 = 8;
/** D. E. Knuth's multiplicative hashing: the golden ratio, of 32 bits. */
const MULTIPLIER: u32 = 0x9e3779b1;

/** Of buckets that hold four times `fours` places. */
export function clearPlaces(fours: u32): void {
  memory.fill(BUCKETS, 0, (fours * FOUR_BYTES) << HASH_BITS);
  memory.fill(SHORT_BUCKETS, 0, SHORT_BUCKETS_BYTES);
}

export function bucketOf(word: u32, fours: u32): usize {
  return BUCKETS + ((word * MULTIPLIER) >>> (32 - HASH_BITS)) * fours * FOUR_BYTES;
}

/** Puts a place at the front of its bucket, moving the others back; the last one falls out. */
export function insert(place: usize, bucket: usize, fours: u32): void {
  const four = load<u64>(bucket);
  store<u64>(bucket, (four << 16) | (place & 0xffff));
  if (fours > 1) moveOn(bucket + FOUR_BYTES, bucket + fours * FOUR_BYTES, four >> 48);
}

function moveOn(from: usize, to: usize, moved: u64): void {
  for (; from < to; from += FOUR_BYTES) {
    const four = load<u64>(from);
    store<u64>(from, (four << 16) | moved);
    moved = four >> 48;
  }
}

/** Puts a place where those are that begin with the same three bytes, and returns the one before. */
export function insertShort(place: usize, word: u32): u32 {
  const bucket: usize = SHORT_BUCKETS + (((word << 8) * MULTIPLIER) >>> (32 - SHORT_HASH_BITS)) * 2;
  const before: u32 = load<u16>(bucket);
  store<u16>(bucket, place);
  return before;
}

/**
 * The longest match for `place`, which begins with `word`, that is longer than `longerThan` and three bytes, among the
 * first `depth` places of a bucket: length << 16 | distance, or 0.
 */
export function findMatch(
  place: usize,
  word: u32,
  bucket: usize,
  longerThan: u32,
  windowStart: usize,
  end: usize,
  depth: u32,
): u32 {
  let found: u32 = 0;
  let longest = max(longerThan, SHORT_LENGTH);
  for (const last = bucket + 2 * depth; bucket < last; bucket += 2) {
    const distance = (u32(place) - load<u16>(bucket)) & 0xffff;
    const candidate = place - distance;
    if (load<u32>(candidate) !== word || load<u8>(candidate + longest) !== load<u8>(place + longest)) continue;
    // An unused entry, or a place that has left the window.
    if (distance - 1 >= min(WINDOW_BYTES, u32(place - windowStart))) continue;
    const length = matchLength(candidate, place, min(LENGTH_MAX, u32(end - place)));
    if (length <= longest) continue;
    longest = length;
    found = (length << 16) | distance;
  }
  return found;
}

/** The match of three bytes with the place before that begins with them, or 0. */
export function findShortMatch(place: usize, word: u32, before: u32, windowStart: usize): u32 {
  const distance = (u32(place) - before) & 0xffff;
  if ((load<u32>(place - distance) ^ word) << 8 !== 0) return 0;
  return distance - 1 < min(SHORT_DISTANCE_MAX, u32(place - windowStart)) ? (SHORT_LENGTH << 16) | distance : 0;
}

/** How many bytes are the same at two places, the first four of which are. */
function matchLength(one: usize, other: usize, most: u32): u32 {
  let length = WORD_BYTES;
  while (length < most) {
    const difference = load<u64>(one + length) ^ load<u64>(other + length);
    if (difference !== 0) {
      length += u32(ctz(difference) >> 3);
      break;
    }
    length += 8;
  }
  return min(length, most);
}
