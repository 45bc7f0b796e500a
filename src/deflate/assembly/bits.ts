/** The output, bit by bit: RFC 1951, 3.1.1, packs them into bytes from the least significant one. */

let place: usize = 0;
/** Bits that are not yet written. */
let bits: u64 = 0;
let count: u32 = 0;

export function startOutput(start: usize): void {
  place = start;
  bits = 0;
  count = 0;
}

/** Where the next byte goes, once there are whole bytes. */
export function output(): usize {
  return place;
}

/** At most 48 bits. */
export function writeBits(value: u64, length: u32): void {
  addBits(value, length);
  flush();
}

/** At most 57 bits between two flushes: after one up to 7 are pending. */
export function addBits(value: u64, length: u32): void {
  bits |= value << count;
  count += length;
}

/** A code as it is kept: its bits << 8 | how many there are. */
export function addCode(code: u32): void {
  addBits(code >> 8, code & 0xff);
}

export function flush(): void {
  store<u64>(place, bits);
  place += count >> 3;
  bits >>= count & 56;
  count &= 7;
}

/** Fills the last byte with zeros. */
export function fillByte(): void {
  if (count > 0) place++;
  bits = 0;
  count = 0;
}

export function writeBytes(from: usize, length: u32): void {
  memory.copy(place, from, length);
  place += length;
}

/** Ends at a byte, with an empty block that is stored: what follows is joined to it (zlib calls it a sync flush). */
export function align(): void {
  writeBits(0, 3);
  fillByte();
  writeBits(0xffff0000, 32);
}
