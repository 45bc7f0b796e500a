import { ProtocolError } from "./wire-error.ts";

/** A timestamp of MessagePack (extension -1), in its forms of 4, 8 and 12 bytes, to the millisecond. */
export function decodeTime(data: Buffer): Date {
  if (data.length === 4) return timeOf(BigInt(data.readUInt32BE()), 0);
  if (data.length === 8) {
    const packed = data.readBigUInt64BE();
    return timeOf(packed & 0x3_ffff_ffffn, Number(packed >> 34n));
  }
  if (data.length === 12) return timeOf(data.readBigInt64BE(4), data.readUInt32BE());
  throw new ProtocolError(`a time has ${data.length} bytes`);
}

function timeOf(seconds: bigint, nanoseconds: number): Date {
  return new Date(Number(seconds) * 1000 + Math.floor(nanoseconds / 1_000_000));
}
