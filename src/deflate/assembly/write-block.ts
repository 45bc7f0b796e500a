import { addBits, addCode, fillByte, flush, writeBits, writeBytes } from "./bits";
import { makeHeader, writeHeader } from "./header";
import { CODE_BITS_MAX, makeCodes, makeLengths } from "./huffman";
import {
  ALL_SYMBOLS,
  BLOCK_COUNTS,
  CODE_LENGTHS,
  CODES,
  DISTANCE_SYMBOLS,
  LENGTH_CODES,
  LENGTH_SYMBOLS,
  LITLEN_SYMBOLS,
  SEQUENCE_BYTES,
  SEQUENCES,
} from "./layout";
import {
  distanceBase,
  distanceExtraBits,
  END_OF_BLOCK,
  FIRST_LENGTH,
  LENGTH_MAX,
  LENGTH_MIN,
  lengthBase,
  lengthExtraBits,
} from "./symbols";

/** RFC 1951, 3.2.3: a block is stored, or has the fixed codes, or codes of its own, whichever takes least. */

const STORED: u32 = 0;
const FIXED: u32 = 1;
const OWN: u32 = 2;
const STORED_MAX: u32 = 0xffff;
const STORED_HEADER_BITS: u32 = 5 * 8;

/** Writes the bytes from `start` to `end` as a block of the first `count` sequences; it is not the last of the stream. */
export function writeBlock(start: usize, end: usize, count: u32): void {
  store<u32>(BLOCK_COUNTS + 4 * END_OF_BLOCK, 1);
  const length = u32(end - start);
  const stored = length * 8 + ((length + STORED_MAX - 1) / STORED_MAX) * STORED_HEADER_BITS;
  setFixedLengths();
  const fixed = symbolBits();
  makeLengths(BLOCK_COUNTS, LITLEN_SYMBOLS, CODE_BITS_MAX, CODE_LENGTHS);
  makeLengths(BLOCK_COUNTS + 4 * LITLEN_SYMBOLS, DISTANCE_SYMBOLS, CODE_BITS_MAX, CODE_LENGTHS + LITLEN_SYMBOLS);
  const own = makeHeader() + symbolBits();
  if (stored <= min(own, fixed)) {
    writeStored(start, end);
  } else if (own < fixed) {
    writeBits(OWN << 1, 3);
    writeHeader();
    writeSymbols(start, count);
  } else {
    setFixedLengths();
    writeBits(FIXED << 1, 3);
    writeSymbols(start, count);
  }
}

function writeStored(start: usize, end: usize): void {
  while (start < end) {
    const length = min(u32(end - start), STORED_MAX);
    writeBits(STORED << 1, 3);
    fillByte();
    writeBits(length | ((length ^ 0xffff) << 16), 32);
    writeBytes(start, length);
    start += length;
  }
}

/** RFC 1951, 3.2.6. */
function setFixedLengths(): void {
  memory.fill(CODE_LENGTHS, 8, 144);
  memory.fill(CODE_LENGTHS + 144, 9, 112);
  memory.fill(CODE_LENGTHS + 256, 7, 24);
  memory.fill(CODE_LENGTHS + 280, 8, 8);
  memory.fill(CODE_LENGTHS + LITLEN_SYMBOLS, 5, DISTANCE_SYMBOLS);
}

/** What the symbols of the block take with the present code lengths. */
function symbolBits(): u32 {
  let bits: u32 = 0;
  for (let symbol: u32 = 0; symbol < ALL_SYMBOLS; symbol++) {
    const count = load<u32>(BLOCK_COUNTS + 4 * symbol);
    if (count > 0) bits += count * (load<u8>(CODE_LENGTHS + symbol) + extraBits(symbol));
  }
  return bits;
}

function extraBits(symbol: u32): u32 {
  if (symbol >= LITLEN_SYMBOLS) return distanceExtraBits(symbol - LITLEN_SYMBOLS);
  return symbol >= FIRST_LENGTH ? lengthExtraBits(symbol - FIRST_LENGTH) : 0;
}

function makeLengthCodes(): void {
  for (let length = LENGTH_MIN; length <= LENGTH_MAX; length++) {
    const symbol: u32 = load<u8>(LENGTH_SYMBOLS + length);
    const code = load<u32>(CODES + 4 * (FIRST_LENGTH + symbol));
    const bits: u32 = (code >> 8) | ((length - lengthBase(symbol)) << (code & 0xff));
    store<u32>(LENGTH_CODES + 4 * length, (bits << 8) | ((code & 0xff) + lengthExtraBits(symbol)));
  }
}

function writeSymbols(start: usize, sequences: u32): void {
  makeCodes(CODE_LENGTHS, LITLEN_SYMBOLS, CODES);
  makeCodes(CODE_LENGTHS + LITLEN_SYMBOLS, DISTANCE_SYMBOLS, CODES + 4 * LITLEN_SYMBOLS);
  makeLengthCodes();
  let source = start;
  const stop: usize = SEQUENCES + sequences * SEQUENCE_BYTES;
  for (let sequence: usize = SEQUENCES; sequence < stop; sequence += SEQUENCE_BYTES) {
    const literalsEnd = source + load<u16>(sequence);
    // Three literals are at most 45 bits; a match is 20 of its length, 15 of its distance's code and 13 extra ones.
    for (; source + 3 <= literalsEnd; source += 3) {
      addLiteral(source);
      addLiteral(source + 1);
      addLiteral(source + 2);
      flush();
    }
    for (; source < literalsEnd; source++) addLiteral(source);
    flush();
    const length: u32 = load<u16>(sequence, 2);
    if (length === 0) continue;
    const distance: u32 = load<u16>(sequence, 4);
    const symbol: u32 = load<u16>(sequence, 6);
    addCode(load<u32>(LENGTH_CODES + 4 * length));
    addCode(load<u32>(CODES + 4 * (LITLEN_SYMBOLS + symbol)));
    addBits(distance - distanceBase(symbol), distanceExtraBits(symbol));
    flush();
    source += length;
  }
  addCode(load<u32>(CODES + 4 * END_OF_BLOCK));
  flush();
}

function addLiteral(place: usize): void {
  addCode(load<u32>(CODES + 4 * load<u8>(place)));
}
