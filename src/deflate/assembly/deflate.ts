import { align, output, startOutput } from "./bits";
import { endBlock, startBlock } from "./block";
import { INPUT, OUTPUT } from "./layout";
import { takeAll } from "./search";
import { prepareTables } from "./symbols";

export { INPUT, OUTPUT };

prepareTables();

/**
 * Deflates the `length` bytes at INPUT, of which the `before` bytes in front of them are the dictionary, as whole bytes
 * of a stream (RFC 1951) that goes on after them, to OUTPUT. Returns their number.
 *
 * For each place at most `depth` earlier ones (1 to 32) are compared. A match shorter than `lazy` bytes gives way to a
 * longer one that begins at the next byte.
 */
export function deflate(length: u32, before: u32, depth: u32, lazy: u32): u32 {
  startOutput(OUTPUT);
  startBlock(INPUT);
  takeAll(INPUT - before, INPUT + length, depth, lazy);
  endBlock(INPUT + length);
  align();
  return u32(output() - OUTPUT);
}
