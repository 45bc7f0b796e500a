/**
 * Compressed zeros, made once for each length: `compress` is called for the first block of each length. Its result is
 * copied, since the memory of a block is reused.
 */
export function createZeroCache(): (length: number, compress: () => Promise<Buffer>) => Promise<Buffer> {
  const made = new Map<number, Promise<Buffer>>();
  return (length, compress) => {
    const known = made.get(length) ?? compress().then((bytes) => Buffer.from(bytes));
    made.set(length, known);
    return known;
  };
}
