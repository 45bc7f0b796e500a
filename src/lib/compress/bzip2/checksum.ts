const POLYNOMIAL = 0x04c11db7;

/** Of CRC-32 with the highest bit first, as bzip2 has it. */
export const POLYNOMIAL_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit++) sum = (sum << 1) ^ (sum < 0 ? POLYNOMIAL : 0);
  return sum;
});

/** The checksum of a stream after one more block. */
export function combine(stream: number, block: number): number {
  return ((stream << 1) | (stream >>> 31)) ^ block;
}
