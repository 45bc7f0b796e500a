import { invariant } from "../../lib/invariant.ts";
import type { WireMap, WireValue } from "./wire-value.ts";

/**
 * MessagePack as Packer's plugins read it: text is `str`, bytes are `bin`, numbers take the shortest form, times are
 * extension -1. Source: the MessagePack specification (github.com/msgpack/msgpack, spec.md).
 */
export function encodeMessagePack(value: WireValue): Buffer {
  const parts: Uint8Array[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value: WireValue, parts: Uint8Array[]): void {
  if (value === null) parts.push(NIL);
  else if (typeof value === "boolean") parts.push(value ? TRUE : FALSE);
  else if (typeof value === "number") parts.push(encodeNumber(value));
  else if (typeof value === "bigint") parts.push(encodeInteger(value));
  else if (typeof value === "string") writeText(value, parts);
  else if (value instanceof Uint8Array) parts.push(header(value.length, BIN), value);
  else if (value instanceof Date) parts.push(encodeTime(value));
  else if (Array.isArray(value)) writeList(value as readonly WireValue[], parts);
  else writeMap(value as WireMap, parts);
}

const NIL = Buffer.of(0xc0);
const FALSE = Buffer.of(0xc2);
const TRUE = Buffer.of(0xc3);

function writeText(value: string, parts: Uint8Array[]): void {
  const bytes = Buffer.from(value);
  parts.push(header(bytes.length, STR), bytes);
}

function writeList(value: readonly WireValue[], parts: Uint8Array[]): void {
  parts.push(header(value.length, ARRAY));
  for (const item of value) write(item, parts);
}

function writeMap(value: WireMap, parts: Uint8Array[]): void {
  const entries = Object.entries(value);
  parts.push(header(entries.length, MAP));
  for (const [key, item] of entries) {
    writeText(key, parts);
    write(item, parts);
  }
}

/** How a type writes the length that comes before its content: a short form in the first byte, then 1, 2 or 4 bytes. */
interface LengthForms {
  readonly short?: { readonly base: number; readonly limit: number };
  readonly byte?: number;
  readonly word: number;
  readonly long: number;
}
const STR: LengthForms = { short: { base: 0xa0, limit: 32 }, byte: 0xd9, word: 0xda, long: 0xdb };
const BIN: LengthForms = { byte: 0xc4, word: 0xc5, long: 0xc6 };
const ARRAY: LengthForms = { short: { base: 0x90, limit: 16 }, word: 0xdc, long: 0xdd };
const MAP: LengthForms = { short: { base: 0x80, limit: 16 }, word: 0xde, long: 0xdf };

function header(length: number, { short, byte, word, long }: LengthForms): Buffer {
  if (short && length < short.limit) return Buffer.of(short.base | length);
  if (byte !== undefined && length < 0x100) return Buffer.of(byte, length);
  const bytes = Buffer.alloc(length < 0x10000 ? 3 : 5, length < 0x10000 ? word : long);
  bytes.writeUIntBE(length, 1, bytes.length - 1);
  return bytes;
}

function encodeNumber(value: number): Buffer {
  if (Number.isSafeInteger(value)) return encodeInteger(BigInt(value));
  const bytes = Buffer.alloc(9, 0xcb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function encodeInteger(value: bigint): Buffer {
  if (value >= 0n) return encodeUnsigned(value);
  if (value >= -32n) return Buffer.of(Number(value) & 0xff);
  const size = [1, 2, 4, 8].find((bytes) => BigInt.asIntN(bytes * 8, value) === value);
  invariant(size !== undefined, `${value} does not fit into 64 bits`);
  return integerBytes(0xd0 + Math.log2(size), size, BigInt.asUintN(64, value));
}

function encodeUnsigned(value: bigint): Buffer {
  if (value < 128n) return Buffer.of(Number(value));
  const size = [1, 2, 4, 8].find((bytes) => BigInt.asUintN(bytes * 8, value) === value);
  invariant(size !== undefined, `${value} does not fit into 64 bits`);
  return integerBytes(0xcc + Math.log2(size), size, value);
}

function integerBytes(type: number, size: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(9);
  bytes.writeBigUInt64BE(value, 1);
  return Buffer.concat([Buffer.of(type), bytes.subarray(9 - size)]);
}

/** The 12-byte form holds every time: nanoseconds, then seconds since 1970 with their sign. */
function encodeTime(value: Date): Buffer {
  const milliseconds = value.getTime();
  const seconds = Math.floor(milliseconds / 1000);
  const bytes = Buffer.alloc(15);
  bytes.set([0xc7, 12, 0xff]);
  bytes.writeUInt32BE((milliseconds - seconds * 1000) * 1_000_000, 3);
  bytes.writeBigInt64BE(BigInt(seconds), 7);
  return bytes;
}
