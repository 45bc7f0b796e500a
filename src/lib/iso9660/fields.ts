/** The number formats of ECMA-119: little-endian followed by big-endian. Sections 7.2.3 and 7.3.3. */
export function bothEndian16(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(value, 0);
  bytes.writeUInt16BE(value, 2);
  return bytes;
}

export function bothEndian32(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value, 0);
  bytes.writeUInt32BE(value, 4);
  return bytes;
}

/** Seven bytes, UTC. Section 9.1.5. */
export function recordTime(at: Date): Buffer {
  const year = Math.min(Math.max(at.getUTCFullYear() - 1900, 0), 255);
  return Buffer.from([
    year,
    at.getUTCMonth() + 1,
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
    0,
  ]);
}

/** Seventeen bytes, UTC. Section 8.4.26.1. */
export function volumeTime(at: Date): Buffer {
  const digits = at.toISOString().replace(/\D/g, "").slice(0, 16);
  return Buffer.concat([Buffer.from(digits, "latin1"), Buffer.from([0])]);
}

export const SECTOR = 2048;
export const sectorsFor = (bytes: number): number => Math.ceil(bytes / SECTOR);
