import { POLYNOMIAL_TABLE } from "./checksum.ts";

/** The most bytes that one run stands for. */
const LONGEST_RUN = 255;
/** Four equal bytes are followed by how many more there are. */
const COUNTED_FROM = 4;

export interface RunBlock {
  /** How many bytes of the input went in. */
  readonly taken: number;
  /** How many bytes it makes, in the memory that was given. */
  readonly length: number;
  /** CRC-32 of the input that went in, highest bit first. */
  readonly checksum: number;
}

/** bzip2's first layer: shortens runs of equal bytes, until the input ends or `block` may not take another run. */
export function encodeRuns(input: Uint8Array, start: number, block: Uint8Array): RunBlock {
  const full = block.length - COUNTED_FROM - 1;
  let checksum = ~0;
  let length = 0;
  let at = start;
  while (at < input.length && length <= full) {
    const byte = input[at]!;
    const most = Math.min(input.length, at + LONGEST_RUN);
    let end = at + 1;
    while (end < most && input[end] === byte) end++;
    const count = end - at;
    for (let index = 0; index < count; index++)
      checksum = (checksum << 8) ^ POLYNOMIAL_TABLE[(checksum >>> 24) ^ byte]!;
    for (let index = Math.min(count, COUNTED_FROM); index > 0; index--) block[length++] = byte;
    if (count >= COUNTED_FROM) block[length++] = count - COUNTED_FROM;
    at = end;
  }
  return { taken: at - start, length, checksum: ~checksum };
}
