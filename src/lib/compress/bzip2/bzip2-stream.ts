import type { TransformBytes } from "../transform-bytes.ts";
import { createBitWriter } from "./bit-writer.ts";
import { combine } from "./checksum.ts";
import { encodeRuns } from "./run-lengths.ts";
import { writeBlock } from "./write-block.ts";

/** What a block of level 1 holds after its runs were shortened. */
const LEVEL_BYTES = 100_000;
/** The program bzip2 leaves so many free, and its readers rely on no more than the format says. */
const SPARE_BYTES = 19;

/** Makes a bzip2 stream of each piece of data. */
export function prepareBzip2({ level }: { /** 1 to 9. */ readonly level: number }): TransformBytes {
  const writer = createBitWriter();
  const block = new Uint8Array(level * LEVEL_BYTES - SPARE_BYTES);
  return (data) => {
    let stream = 0;
    writer.write(0x425a68, 24);
    writer.write(0x30 + level, 8);
    for (let at = 0; at < data.length;) {
      const { taken, length, checksum } = encodeRuns(data, at, block);
      writeBlock(writer, block.subarray(0, length), checksum);
      stream = combine(stream, checksum);
      at += taken;
    }
    // The digits of the square root of pi mark the end.
    writer.write(0x177245, 24);
    writer.write(0x385090, 24);
    writer.write32(stream);
    return writer.finish();
  };
}
