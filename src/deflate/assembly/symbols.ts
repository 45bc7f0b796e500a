import { LENGTH_SYMBOLS, LOGARITHMS } from "./layout";

/** RFC 1951, 3.2.5: the symbols of lengths and distances, and their extra bits. */

export const END_OF_BLOCK: u32 = 256;
export const FIRST_LENGTH: u32 = 257;
export const LENGTH_MIN: u32 = 3;
export const LENGTH_MAX: u32 = 258;

/** Extra bits of a length whose symbol is `symbol` + 257. */
export function lengthExtraBits(symbol: u32): u32 {
  return symbol < 8 || symbol === 28 ? 0 : (symbol >> 2) - 1;
}

/** The shortest length with that symbol. */
export function lengthBase(symbol: u32): u32 {
  if (symbol < 8) return LENGTH_MIN + symbol;
  return symbol === 28 ? LENGTH_MAX : LENGTH_MIN + ((4 + (symbol & 3)) << lengthExtraBits(symbol));
}

export function distanceSymbol(distance: u32): u32 {
  const rest = distance - 1;
  if (rest < 4) return rest;
  const bits: u32 = 31 - clz(rest);
  return 2 * bits + ((rest >> (bits - 1)) & 1);
}

/** The shortest distance with that symbol. */
export function distanceBase(symbol: u32): u32 {
  return symbol < 4 ? symbol + 1 : ((2 + (symbol & 1)) << distanceExtraBits(symbol)) + 1;
}

export function distanceExtraBits(symbol: u32): u32 {
  return symbol < 4 ? 0 : (symbol >> 1) - 1;
}

/** The tables that never change. */
export function prepareTables(): void {
  for (let symbol: u32 = 0; symbol < 29; symbol++) {
    const first = lengthBase(symbol);
    const count: u32 = 1 << lengthExtraBits(symbol);
    for (let length = first; length < first + count && length <= LENGTH_MAX; length++)
      store<u8>(LENGTH_SYMBOLS + length, symbol);
  }
  // 258 has a symbol of its own; it is not the last length of the one before.
  store<u8>(LENGTH_SYMBOLS + LENGTH_MAX, 28);
  for (let index: u32 = 0; index < 256; index++)
    store<u32>(LOGARITHMS + 4 * index, u32(Math.round(65536 * Math.log2(1 + f64(index) / 256))));
}
