/** MD4 (RFC 1320): of no use but for NTLM, whose password hash it is. OpenSSL 3 no longer offers it. */
export function md4(message: Uint8Array): Buffer {
  const words = padded(message);
  let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < words.length; at += 16) state = addBlock(state, words.subarray(at, at + 16));
  const digest = Buffer.alloc(16);
  state.forEach((word, index) => digest.writeUInt32LE(word >>> 0, 4 * index));
  return digest;
}

/** A one bit, zeros, and the length in bits, in blocks of 64 bytes (3.1, 3.2). */
function padded(message: Uint8Array): Uint32Array {
  const bytes = Buffer.alloc((((message.length + 8) >>> 6) + 1) * 64);
  bytes.set(message);
  bytes[message.length] = 0x80;
  bytes.writeBigUInt64LE(BigInt(message.length) * 8n, bytes.length - 8);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32LE(4 * index));
}

interface Round {
  readonly mix: (x: number, y: number, z: number) => number;
  readonly constant: number;
  readonly shifts: readonly number[];
  /** The order in which the words of a block are taken. */
  readonly order: readonly number[];
}

/** 3.4 */
const rounds: readonly Round[] = [
  {
    mix: (x, y, z) => (x & y) | (~x & z),
    constant: 0,
    shifts: [3, 7, 11, 19],
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  },
  {
    mix: (x, y, z) => (x & y) | (x & z) | (y & z),
    constant: 0x5a827999,
    shifts: [3, 5, 9, 13],
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
  },
  {
    mix: (x, y, z) => x ^ y ^ z,
    constant: 0x6ed9eba1,
    shifts: [3, 9, 11, 15],
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
  },
];

function addBlock(state: readonly number[], block: Uint32Array): number[] {
  let [a, b, c, d] = state as [number, number, number, number];
  for (const { mix, constant, shifts, order } of rounds) {
    for (const [step, index] of order.entries()) {
      const sum = (a + mix(b, c, d) + block[index]! + constant) | 0;
      const shift = shifts[step % 4]!;
      [a, b, c, d] = [d, (sum << shift) | (sum >>> (32 - shift)), b, c];
    }
  }
  return [a, b, c, d].map((word, index) => (word + state[index]!) | 0);
}
