import { POLYNOMIAL_TABLE } from "../compress/bzip2/checksum.ts";
import type { Block } from "./bzip2-block.ts";
import { UnpackError } from "./unpack-error.ts";

const PIECE_BYTES = 1024 * 1024;
/** A run of this many equal bytes is followed by a byte that says how many more there are. */
const RUN = 4;

/** The bytes of a block: the Burrows-Wheeler transform undone, then the runs written out. Throws where `sum` is not theirs. */
export function* undoTransform(symbols: Uint32Array, { length, origin }: Block, sum: number): Generator<Buffer> {
  linkSuccessors(symbols, length);
  let piece = Buffer.allocUnsafe(PIECE_BYTES);
  let filled = 0;
  let actual = ~0;
  let at = symbols[origin]! >>> 8;
  let previous = -1;
  let run = 0;
  for (let index = 0; index < length; index++) {
    const element = symbols[at]!;
    const byte = element & 0xff;
    at = element >>> 8;
    const isCount = run === RUN;
    const value = isCount ? previous : byte;
    run = isCount ? 0 : runLength(byte === previous, run);
    previous = isCount ? -1 : byte;
    for (let times = isCount ? byte : 1; times > 0; times--) {
      piece[filled++] = value;
      actual = (actual << 8) ^ POLYNOMIAL_TABLE[(actual >>> 24) ^ value]!;
      if (filled < PIECE_BYTES) continue;
      yield piece;
      piece = Buffer.allocUnsafe(PIECE_BYTES);
      filled = 0;
    }
  }
  if (~actual !== sum) throw new UnpackError("it is damaged");
  if (filled > 0) yield piece.subarray(0, filled);
}

function runLength(goesOn: boolean, run: number): number {
  return goesOn ? run + 1 : 1;
}

/** Into the upper 24 bits of each element: which one follows it. */
function linkSuccessors(symbols: Uint32Array, length: number): void {
  const next = new Uint32Array(257);
  for (let index = 0; index < length; index++) next[symbols[index]! + 1]!++;
  for (let byte = 1; byte < 257; byte++) next[byte]! += next[byte - 1]!;
  for (let index = 0; index < length; index++) {
    const place = next[symbols[index]! & 0xff]!++;
    symbols[place] = (symbols[place]! | (index << 8)) >>> 0;
  }
}
