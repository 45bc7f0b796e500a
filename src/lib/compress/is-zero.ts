/** Whether every byte is zero. */
export function isZero(bytes: Buffer): boolean {
  if (bytes.length === 0) return true;
  // memcmp of the bytes with themselves, shifted by one: all equal the first.
  return bytes[0] === 0 && bytes.subarray(1).equals(bytes.subarray(0, bytes.length - 1));
}
