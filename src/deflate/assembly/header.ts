import { addCode, writeBits } from "./bits";
import { add } from "./counters";
import { makeCodes, makeLengths } from "./huffman";
import { CODE_LENGTHS, HEADER_CODES, HEADER_COUNTS, HEADER_LENGTHS, HEADER_SYMBOLS, LITLEN_SYMBOLS } from "./layout";

/** RFC 1951, 3.2.7: the header of a block with codes of its own, which holds their lengths, run by run. */

const SYMBOLS: u32 = 19;
const LENGTH_LIMIT: u32 = 7;
const REPEAT: u32 = 16;
const ZEROS: u32 = 17;
const MANY_ZEROS: u32 = 18;

let litlens: u32 = 0;
let distances: u32 = 0;
let items: u32 = 0;

/** The order of the code lengths of the code for code lengths; those at the end are the rarest. */
const ORDER: StaticArray<u8> = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Makes the header for the lengths in CODE_LENGTHS, and returns how many bits it has. */
export function makeHeader(): u32 {
  litlens = used(CODE_LENGTHS, 286, 257);
  distances = used(CODE_LENGTHS + LITLEN_SYMBOLS, 30, 1);
  items = 0;
  memory.fill(HEADER_COUNTS, 0, 4 * SYMBOLS);
  addRuns(CODE_LENGTHS, litlens);
  addRuns(CODE_LENGTHS + LITLEN_SYMBOLS, distances);
  makeLengths(HEADER_COUNTS, SYMBOLS, LENGTH_LIMIT, HEADER_LENGTHS);
  makeCodes(HEADER_LENGTHS, SYMBOLS, HEADER_CODES);
  let bits = 14 + 3 * codeLengths();
  for (let symbol: u32 = 0; symbol < SYMBOLS; symbol++)
    bits += load<u32>(HEADER_COUNTS + 4 * symbol) * (load<u8>(HEADER_LENGTHS + symbol) + extraBits(symbol));
  return bits;
}

export function writeHeader(): void {
  const count = codeLengths();
  writeBits((litlens - 257) | ((distances - 1) << 5) | ((count - 4) << 10), 14);
  for (let index: u32 = 0; index < count; index++) writeBits(load<u8>(HEADER_LENGTHS + ORDER[index]), 3);
  for (let item: u32 = 0; item < items; item++) {
    const entry = load<u32>(HEADER_SYMBOLS + 4 * item);
    const symbol = entry & 0xff;
    addCode(load<u32>(HEADER_CODES + 4 * symbol));
    writeBits(entry >> 8, extraBits(symbol));
  }
}

/** Lengths up to the last that is not 0, and at least `least`. */
function used(lengths: usize, most: u32, least: u32): u32 {
  while (most > least && load<u8>(lengths + most - 1) === 0) most--;
  return most;
}

function codeLengths(): u32 {
  let count = SYMBOLS;
  while (count > 4 && load<u8>(HEADER_LENGTHS + ORDER[count - 1]) === 0) count--;
  return count;
}

function extraBits(symbol: u32): u32 {
  if (symbol < REPEAT) return 0;
  return symbol === REPEAT ? 2 : symbol === ZEROS ? 3 : 7;
}

function addRuns(lengths: usize, size: u32): void {
  for (let index: u32 = 0; index < size;) {
    const length: u32 = load<u8>(lengths + index);
    let run: u32 = 1;
    while (index + run < size && load<u8>(lengths + index + run) === length) run++;
    index += run;
    if (length === 0) addZeros(run);
    else addLengths(length, run);
  }
}

function addZeros(run: u32): void {
  for (; run >= 11; run -= min(run, 138)) addItem(MANY_ZEROS, min(run, 138) - 11);
  if (run >= 3) addItem(ZEROS, run - 3);
  else for (; run > 0; run--) addItem(0, 0);
}

function addLengths(length: u32, run: u32): void {
  addItem(length, 0);
  for (run--; run >= 3; run -= min(run, 6)) addItem(REPEAT, min(run, 6) - 3);
  for (; run > 0; run--) addItem(length, 0);
}

function addItem(symbol: u32, extra: u32): void {
  store<u32>(HEADER_SYMBOLS + 4 * items++, symbol | (extra << 8));
  add(HEADER_COUNTS + 4 * symbol, 1);
}
