import { endPart, PART_BYTES, takeLiteral, takeMatch } from "./block";
import { INPUT } from "./layout";
import { bucketOf, clearPlaces, findMatch, findShortMatch, insert, insertShort, WORD_BYTES } from "./places";

/** Makes literals and matches of everything from INPUT to `end`; what is from `windowStart` on can be matched. */
export function takeAll(windowStart: usize, end: usize, depth: u32, lazy: u32): void {
  const fours = (depth + 3) / 4;
  // Words of four bytes are looked up: where fewer are left there is no match.
  const last = max(end - WORD_BYTES + 1, INPUT);
  clearPlaces(fours);
  insertAll(windowStart, min(INPUT, end - WORD_BYTES + 1), fours);
  let partEnd = INPUT + PART_BYTES;
  let place = INPUT;
  /** A match that begins at the byte before: length << 16 | distance. */
  let pending: u32 = 0;
  while (place < last) {
    const word = load<u32>(place);
    const bucket = bucketOf(word, fours);
    let match = findMatch(place, word, bucket, pending >> 16, windowStart, end, depth);
    insert(place, bucket, fours);
    const short = insertShort(place, word);
    if (match + pending === 0) match = findShortMatch(place, word, short, windowStart);
    if (match !== 0 && match >> 16 < lazy) {
      if (pending !== 0) takeLiteral(place - 1);
      pending = match;
      place++;
      continue;
    }
    if (match + pending === 0) {
      takeLiteral(place++);
    } else {
      let start = place;
      if (match === 0) {
        match = pending;
        start--;
      } else if (pending !== 0) {
        takeLiteral(place - 1);
      }
      pending = 0;
      takeMatch(start, match >> 16, match & 0xffff);
      const next = start + (match >> 16);
      insertAll(place + 1, min(next, last), fours);
      place = next;
    }
    if (place >= partEnd) {
      endPart(place);
      partEnd = place + PART_BYTES;
    }
  }
  if (pending !== 0) {
    takeMatch(place - 1, pending >> 16, pending & 0xffff);
    place += (pending >> 16) - 1;
  }
  while (place < end) takeLiteral(place++);
}

function insertAll(from: usize, to: usize, fours: u32): void {
  for (let place = from; place < to; place++) {
    const word = load<u32>(place);
    insert(place, bucketOf(word, fours), fours);
    insertShort(place, word);
  }
}
