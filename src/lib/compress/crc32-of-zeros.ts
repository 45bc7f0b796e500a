import { crc32 } from "node:zlib";

/**
 * The CRC-32 of `length` zeros that follow data of another CRC, without reading them: the CRC is an affine function of
 * the bits, so knowing its effect on each single bit is enough. Tables are made once for each length.
 */
export function createCrc32OfZeros(): (length: number, checksum: number) => number {
  const tables = new Map<number, readonly number[]>();
  return (length, checksum) => {
    const table = tables.get(length) ?? tableFor(length);
    tables.set(length, table);
    let result = table[BITS]!;
    for (let bit = 0; bit < BITS; bit++) if ((checksum >>> bit) & 1) result ^= table[bit]!;
    return result >>> 0;
  };
}

const BITS = 32;

/** What each bit changes, then the constant. */
function tableFor(length: number): readonly number[] {
  const zeros = Buffer.alloc(length);
  const constant = crc32(zeros, 0);
  const changes = Array.from({ length: BITS }, (_, bit) => crc32(zeros, (1 << bit) >>> 0) ^ constant);
  return [...changes, constant];
}
