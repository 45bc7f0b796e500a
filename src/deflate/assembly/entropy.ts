import { ALL_SYMBOLS, BLOCK_COUNTS, LITLEN_SYMBOLS, LOGARITHMS, PART_COUNTS } from "./layout";

/** The cost of another block: a header, and codes that fit less well at first. */
const HEADER_BITS: u64 = 90 * 8;

/** Whether the last part of a block is smaller with codes of its own than with those of the block. */
export function isBetterAlone(): bool {
  return saving(0, LITLEN_SYMBOLS) + saving(LITLEN_SYMBOLS, ALL_SYMBOLS) > HEADER_BITS << 16;
}

/**
 * How much two codes for these symbols save over one, in 1/65536 bit: of n symbols, one that occurs k times needs log2
 * n/k.
 */
function saving(from: u32, to: u32): u64 {
  let blockCount: u32 = 0;
  let partCount: u32 = 0;
  let apart: u64 = 0;
  let together: u64 = 0;
  for (let symbol = from; symbol < to; symbol++) {
    const inBlock = load<u32>(BLOCK_COUNTS + 4 * symbol);
    const inPart = load<u32>(PART_COUNTS + 4 * symbol);
    if (inBlock + inPart === 0) continue;
    blockCount += inBlock;
    partCount += inPart;
    apart += timesItsLogarithm(inBlock) + timesItsLogarithm(inPart);
    together += timesItsLogarithm(inBlock + inPart);
  }
  const bitsApart = timesItsLogarithm(blockCount) + timesItsLogarithm(partCount) - apart;
  const bitsTogether = timesItsLogarithm(blockCount + partCount) - together;
  return bitsTogether > bitsApart ? bitsTogether - bitsApart : 0;
}

/** n × log2 n, from the first nine bits of n. */
function timesItsLogarithm(n: u32): u64 {
  if (n < 2) return 0;
  const exponent: u32 = 31 - clz(n);
  const fraction = (exponent >= 8 ? n >> (exponent - 8) : n << (8 - exponent)) & 0xff;
  return u64(n) * u64((exponent << 16) + load<u32>(LOGARITHMS + 4 * fraction));
}
