import type { BitReader } from "./bit-reader.ts";
import { UnpackError } from "./unpack-error.ts";

/** Reads the next symbol. */
export type Code = (reader: BitReader) => number;

const LONGEST = 20;

/** Reads a code of bzip2: the length of each symbol's word, as differences, from which the words follow in order. */
export function readCode(reader: BitReader, symbolCount: number): Code {
  const lengths = new Uint8Array(symbolCount);
  let length = reader.bits(5);
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    while (reader.bits(1) === 1) length += reader.bits(1) === 0 ? 1 : -1;
    if (length < 1 || length > LONGEST) throw new UnpackError("it is damaged");
    lengths[symbol] = length;
  }
  return decoder(lengths);
}

/** Words of one length are numbers in a row, those of the next length go on from there. */
function decoder(lengths: Uint8Array): Code {
  const counts = new Uint32Array(LONGEST + 2);
  for (const length of lengths) counts[length]!++;
  const sorted = Array.from(lengths.keys()).sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  const shortest = lengths[sorted[0]!]!;
  return (reader) => {
    let word = reader.bits(shortest);
    let first = 0;
    let before = 0;
    for (let length = shortest; length <= LONGEST; length++) {
      const count = counts[length]!;
      if (word - first < count) return sorted[before + word - first]!;
      before += count;
      first = (first + count) * 2;
      word = word * 2 + reader.bits(1);
    }
    throw new UnpackError("it is damaged");
  };
}
