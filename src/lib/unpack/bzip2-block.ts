import type { BitReader } from "./bit-reader.ts";
import { readCode, type Code } from "./huffman.ts";
import { UnpackError } from "./unpack-error.ts";

/** What the header of a block and its symbols say. */
export interface Block {
  /** Symbols. */
  readonly length: number;
  /** Which rotation of the block is the block itself. */
  readonly origin: number;
}

/** Symbols per code. */
const GROUP = 50;

/** Reads one block, behind its mark and sum, into `symbols`: a byte in each element. */
export function readBlock(reader: BitReader, symbols: Uint32Array): Block {
  if (reader.bits(1) === 1) throw new UnpackError("it was made by a bzip2 of before 1997, which nobody reads any more");
  const origin = reader.bits(24);
  const used = readUsedBytes(reader);
  const codeCount = reader.bits(3);
  const selectors = readSelectors(reader, codeCount);
  const codes = Array.from({ length: codeCount }, () => readCode(reader, used.length + 2));
  const length = readSymbols(reader, { symbols, used, codes, selectors });
  if (origin >= length) throw new UnpackError("it is damaged");
  return { length, origin };
}

/** A map of two levels, 16 bits each. */
function readUsedBytes(reader: BitReader): number[] {
  const rows = reader.bits(16);
  const used: number[] = [];
  for (let row = 0; row < 16; row++) {
    if ((rows & (0x8000 >>> row)) === 0) continue;
    const columns = reader.bits(16);
    for (let column = 0; column < 16; column++) {
      if ((columns & (0x8000 >>> column)) !== 0) used.push(16 * row + column);
    }
  }
  if (used.length === 0) throw new UnpackError("it is damaged");
  return used;
}

/** Which code each group of symbols has: moved to front, in unary numbers. */
function readSelectors(reader: BitReader, codeCount: number): Uint8Array {
  const count = reader.bits(15);
  if (codeCount < 2 || codeCount > 6 || count === 0) throw new UnpackError("it is damaged");
  const order = Array.from({ length: codeCount }, (_, index) => index);
  return Uint8Array.from({ length: count }, () => {
    let place = 0;
    while (reader.bits(1) === 1) if (++place >= codeCount) throw new UnpackError("it is damaged");
    const [selected] = order.splice(place, 1);
    order.unshift(selected!);
    return selected!;
  });
}

interface Coded {
  readonly symbols: Uint32Array;
  readonly used: number[];
  readonly codes: readonly Code[];
  readonly selectors: Uint8Array;
}

/** Symbols 0 and 1 are the digits of a run's length; the last one ends the block; others are places in the list, moved to front. */
function readSymbols(reader: BitReader, { symbols, used, codes, selectors }: Coded): number {
  const recent = Uint8Array.from(used);
  const end = used.length + 1;
  let length = 0;
  let run = 0;
  let digit = 1;
  for (let index = 0; ; index++) {
    const code = codes[selectors[Math.floor(index / GROUP)] ?? NONE];
    if (code === undefined) throw new UnpackError("it is damaged");
    const symbol = code(reader);
    if (symbol <= 1) {
      run += digit << symbol;
      digit *= 2;
      if (length + run > symbols.length) throw new UnpackError("it is damaged");
      continue;
    }
    symbols.fill(recent[0]!, length, length + run);
    length += run;
    run = 0;
    digit = 1;
    if (symbol === end) return length;
    if (length >= symbols.length) throw new UnpackError("it is damaged");
    const byte = recent[symbol - 1]!;
    recent.copyWithin(1, 0, symbol - 1);
    recent[0] = byte;
    symbols[length++] = byte;
  }
}

const NONE = -1;
