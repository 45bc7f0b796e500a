/** Bits, the highest first, into memory of its own that grows. */
export interface BitWriter {
  /** The lowest `count` bits of `value`; at most 24. */
  write(value: number, count: number): void;
  /** A number of 32 bits. */
  write32(value: number): void;
  /** All that was written, filled up with zeros to a whole byte. Valid until something is written again. */
  finish(): Uint8Array;
}

export function createBitWriter(): BitWriter {
  let bytes = new Uint8Array(64 * 1024);
  let length = 0;
  let pending = 0;
  let pendingBits = 0;
  const put = (byte: number): void => {
    if (length === bytes.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(bytes);
      bytes = larger;
    }
    bytes[length++] = byte;
  };
  const write = (value: number, count: number): void => {
    pending = (pending << count) | value;
    pendingBits += count;
    while (pendingBits >= 8) {
      pendingBits -= 8;
      put((pending >>> pendingBits) & 0xff);
    }
    pending &= (1 << pendingBits) - 1;
  };
  return {
    write,
    write32: (value) => {
      write(value >>> 16, 16);
      write(value & 0xffff, 16);
    },
    finish: () => {
      if (pendingBits > 0) put((pending << (8 - pendingBits)) & 0xff);
      const result = bytes.subarray(0, length);
      length = 0;
      pending = 0;
      pendingBits = 0;
      return result;
    },
  };
}
