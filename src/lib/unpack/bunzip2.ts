import { setImmediate } from "node:timers/promises";
import type { ByteSource } from "../byte-source.ts";
import { BitReader } from "./bit-reader.ts";
import { readBlock } from "./bzip2-block.ts";
import { undoTransform } from "./bzip2-output.ts";
import { UnpackError } from "./unpack-error.ts";

/** More than a block can take, packed: 900,000 symbols of at most 20 bits, and its tables. */
const BLOCK_ROOM = 2_500_000;
const LEVEL_BYTES = 100_000;

/** The two marks of 48 bits: pi begins a block, its square root ends a stream. */
const BLOCK_MARK = [0x314159, 0x265359];
const END_MARK = [0x177245, 0x385090];

/**
 * Unpacks bzip2, streams in a row as one file. Between blocks (at most 900,000 bytes) others have their turn.
 * Source: "The BZIP2 format", an informal specification by Joe Tsai.
 */
export async function* bunzip2(source: ByteSource): AsyncGenerator<Buffer> {
  const reader = new BitReader(source);
  try {
    await reader.fill(BLOCK_ROOM);
    if (!reader.takes("BZh")) throw new UnpackError("it is no bzip2 file");
    do yield* readStream(reader);
    while (reader.takes("BZh"));
  } finally {
    await reader.close();
  }
}

async function* readStream(reader: BitReader): AsyncGenerator<Buffer> {
  const level = reader.bits(8) - "0".charCodeAt(0);
  if (level < 1 || level > 9) throw new UnpackError("it is no bzip2 file");
  const symbols = new Uint32Array(level * LEVEL_BYTES);
  let sums = 0;
  for (;;) {
    const mark = [reader.bits(24), reader.bits(24)];
    const sum = (reader.bits(16) << 16) | reader.bits(16);
    if (isSame(mark, END_MARK)) {
      if (sum !== sums) throw new UnpackError("it is damaged");
      break;
    }
    if (!isSame(mark, BLOCK_MARK)) throw new UnpackError("it is damaged");
    yield* undoTransform(symbols, readBlock(reader, symbols), sum);
    sums = ((sums << 1) | (sums >>> 31)) ^ sum;
    await setImmediate();
    await reader.fill(BLOCK_ROOM);
  }
  reader.align();
}

function isSame([a, b]: readonly number[], [c, d]: readonly number[]): boolean {
  return a === c && b === d;
}
