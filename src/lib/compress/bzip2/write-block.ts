import type { BitWriter } from "./bit-writer.ts";
import { chooseCodes, GROUP, type Codes } from "./choose-codes.ts";
import { moveToFront } from "./move-to-front.ts";
import { sortRotations } from "./sort-rotations.ts";

/** Writes one block: `bytes` after their runs were shortened, and the checksum of what they were before. */
export function writeBlock(writer: BitWriter, bytes: Uint8Array, checksum: number): void {
  const { last, origin } = sortRotations(bytes);
  const { symbols, used, alphabet } = moveToFront(last);
  const codes = chooseCodes({ symbols, alphabet });
  // The digits of pi mark a block.
  writer.write(0x314159, 24);
  writer.write(0x265359, 24);
  writer.write32(checksum);
  writer.write(0, 1);
  writer.write(origin, 24);
  writeUsed(writer, used);
  writeSelectors(writer, codes);
  for (const lengths of codes.codes) writeLengths(writer, lengths);
  writeSymbols(writer, symbols, codes);
}

/** Which bytes occur: a bit for each sixteen of them, and for those that do, a bit for each. */
function writeUsed(writer: BitWriter, used: Uint8Array): void {
  const sixteens = [...Array(16).keys()].map((index) => used.subarray(16 * index, 16 * index + 16));
  const occurring = sixteens.filter((bytes) => bytes.includes(1));
  for (const bytes of sixteens) writer.write(occurring.includes(bytes) ? 1 : 0, 1);
  for (const bytes of occurring) for (const bit of bytes) writer.write(bit, 1);
}

/** Each as its place in a list of which it is then the first, in ones that end with a zero. */
function writeSelectors(writer: BitWriter, { codes, selectors }: Codes): void {
  writer.write(codes.length, 3);
  writer.write(selectors.length, 15);
  const list = [...codes.keys()];
  for (const selector of selectors) {
    const place = list.indexOf(selector);
    list.splice(place, 1);
    list.unshift(selector);
    for (let index = 0; index < place; index++) writer.write(1, 1);
    writer.write(0, 1);
  }
}

const LONGER = 0b10;
const SHORTER = 0b11;

/** Each as its difference from the one before. */
function writeLengths(writer: BitWriter, lengths: Uint8Array): void {
  let current = lengths[0]!;
  writer.write(current, 5);
  for (const length of lengths) {
    for (; current < length; current++) writer.write(LONGER, 2);
    for (; current > length; current--) writer.write(SHORTER, 2);
    writer.write(0, 1);
  }
}

function writeSymbols(writer: BitWriter, symbols: Uint16Array, { codes, selectors }: Codes): void {
  const words = codes.map(wordsOf);
  for (let group = 0; group < selectors.length; group++) {
    const lengths = codes[selectors[group]!]!;
    const groupWords = words[selectors[group]!]!;
    const end = Math.min(symbols.length, (group + 1) * GROUP);
    for (let index = group * GROUP; index < end; index++) {
      const symbol = symbols[index]!;
      writer.write(groupWords[symbol]!, lengths[symbol]!);
    }
  }
}

/** Words of one length are numbers in a row, those of the next length go on from there. */
function wordsOf(lengths: Uint8Array): Uint32Array {
  const words = new Uint32Array(lengths.length);
  let word = 0;
  for (let length = 1; length <= 20; length++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) if (lengths[symbol] === length) words[symbol] = word++;
    word <<= 1;
  }
  return words;
}
