import { isUtf8 } from "node:buffer";
import { ByteQueue } from "./byte-queue.ts";
import { decodeTime } from "./message-pack-time.ts";
import { ProtocolError } from "./wire-error.ts";
import type { WireValue } from "./wire-value.ts";

export interface DecodeOptions {
  /** A value that takes more bytes than this is refused before it is gathered. Default 16 MiB. */
  readonly maxBytes?: number;
  /** What extensions other than times mean. Default: they are refused. */
  readonly extension?: (type: number, data: Uint8Array) => WireValue;
}

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_DEPTH = 64;
/** A list of many nils costs one byte each on the wire, and eight in memory. */
const MAX_VALUES = 1_000_000;

/**
 * Reads MessagePack values from bytes that arrive in pieces of any size. Everything a value announces is checked against
 * the limits before anything is kept for it. Source: the MessagePack specification (github.com/msgpack/msgpack, spec.md).
 */
export class MessagePackDecoder {
  readonly #queue = new ByteQueue();
  readonly #options: DecodeOptions;
  #current: Decoding | undefined;

  constructor(options: DecodeOptions = {}) {
    this.#options = options;
  }

  /** The values that are complete now. @throws ProtocolError where the bytes are no MessagePack; the decoder is over then. */
  push(chunk: Uint8Array): WireValue[] {
    this.#queue.add(chunk);
    const values: WireValue[] = [];
    while (this.#queue.length > 0) {
      this.#current ??= new Reading(this.#queue, this.#options).value(0);
      const step = this.#current.next();
      if (step.done !== true) break;
      this.#current = undefined;
      values.push(step.value);
    }
    return values;
  }

  /** Whether a value has begun and not ended. */
  get isInside(): boolean {
    return this.#current !== undefined || this.#queue.length > 0;
  }
}

/** The one value that `bytes` hold. @throws ProtocolError when there is less, or more. */
export function decodeMessagePack(bytes: Uint8Array, options: DecodeOptions = {}): WireValue {
  const decoder = new MessagePackDecoder({ maxBytes: bytes.length, ...options });
  const values = decoder.push(bytes);
  if (values.length !== 1 || decoder.isInside) throw new ProtocolError("the bytes are not one MessagePack value");
  return values[0]!;
}

/** Yields where it has to wait for more bytes. */
type Decoding = Generator<void, WireValue, void>;

class Reading {
  readonly #queue: ByteQueue;
  readonly #options: DecodeOptions;
  #bytesLeft: number;
  #valuesLeft = MAX_VALUES;

  constructor(queue: ByteQueue, options: DecodeOptions) {
    this.#queue = queue;
    this.#options = options;
    this.#bytesLeft = options.maxBytes ?? MAX_BYTES;
  }

  *value(depth: number): Decoding {
    if (depth > MAX_DEPTH) throw new ProtocolError("a message is nested too deeply");
    if (--this.#valuesLeft < 0) throw new ProtocolError("a message holds too many values");
    const type = (yield* this.#take(1))[0]!;
    if (type < 0x80) return type;
    if (type >= 0xe0) return type - 0x100;
    if (type < 0x90) return yield* this.#map(type & 0x0f, depth);
    if (type < 0xa0) return yield* this.#list(type & 0x0f, depth);
    if (type < 0xc0) return yield* this.#text(type & 0x1f);
    return yield* this.#typed(type, depth);
  }

  *#typed(type: number, depth: number): Decoding {
    if (type === 0xc0) return null;
    if (type === 0xc2 || type === 0xc3) return type === 0xc3;
    if (type <= 0xc6 && type >= 0xc4) return Buffer.from(yield* this.#take(yield* this.#size(1 << (type - 0xc4))));
    if (type <= 0xc9 && type >= 0xc7) return yield* this.#extension(yield* this.#size(1 << (type - 0xc7)));
    if (type === 0xca) return (yield* this.#take(4)).readFloatBE();
    if (type === 0xcb) return (yield* this.#take(8)).readDoubleBE();
    if (type <= 0xcf && type >= 0xcc) return unsigned(yield* this.#take(1 << (type - 0xcc)));
    if (type <= 0xd3 && type >= 0xd0) return signed(yield* this.#take(1 << (type - 0xd0)));
    if (type <= 0xd8 && type >= 0xd4) return yield* this.#extension(1 << (type - 0xd4));
    if (type <= 0xdb && type >= 0xd9) return yield* this.#text(yield* this.#size(1 << (type - 0xd9)));
    if (type === 0xdc || type === 0xdd) return yield* this.#list(yield* this.#size(type === 0xdc ? 2 : 4), depth);
    if (type === 0xde || type === 0xdf) return yield* this.#map(yield* this.#size(type === 0xde ? 2 : 4), depth);
    throw new ProtocolError(`0x${type.toString(16)} begins no MessagePack value`);
  }

  *#size(bytes: number): Generator<void, number, void> {
    return (yield* this.#take(bytes)).readUIntBE(0, bytes);
  }

  /** Older codecs send bytes in the format of text: what is not UTF-8 stays bytes. */
  *#text(length: number): Decoding {
    const bytes = yield* this.#take(length);
    return isUtf8(bytes) ? bytes.toString("utf8") : Buffer.from(bytes);
  }

  *#list(length: number, depth: number): Decoding {
    this.#expect(length);
    const items: WireValue[] = [];
    for (let index = 0; index < length; index++) items.push(yield* this.value(depth + 1));
    return items;
  }

  *#map(length: number, depth: number): Decoding {
    this.#expect(2 * length);
    const entries: [string, WireValue][] = [];
    for (let index = 0; index < length; index++) {
      const key = keyText(yield* this.value(depth + 1));
      entries.push([key, yield* this.value(depth + 1)]);
    }
    // Unlike an assignment, this makes a plain entry of a key like `__proto__`.
    return Object.fromEntries(entries);
  }

  *#extension(length: number): Decoding {
    const type = (yield* this.#take(1)).readInt8();
    const data = Buffer.from(yield* this.#take(length));
    if (type === -1) return decodeTime(data);
    if (this.#options.extension) return this.#options.extension(type, data);
    throw new ProtocolError(`MessagePack extension ${type} is unknown`);
  }

  *#take(length: number): Generator<void, Buffer, void> {
    this.#expect(length);
    this.#bytesLeft -= length;
    while (this.#queue.length < length) yield;
    return this.#queue.take(length);
  }

  /** Each value takes a byte at least. */
  #expect(bytes: number): void {
    if (bytes > this.#bytesLeft) throw new ProtocolError("a message is too large");
  }
}

function keyText(key: WireValue): string {
  if (typeof key === "string") return key;
  if (typeof key === "number" || typeof key === "bigint" || typeof key === "boolean") return String(key);
  if (key instanceof Uint8Array) return Buffer.from(key).toString("utf8");
  throw new ProtocolError("a map has a key that is no text");
}

function unsigned(bytes: Buffer): number | bigint {
  return bytes.length < 8 ? bytes.readUIntBE(0, bytes.length) : exact(bytes.readBigUInt64BE());
}

function signed(bytes: Buffer): number | bigint {
  return bytes.length < 8 ? bytes.readIntBE(0, bytes.length) : exact(bytes.readBigInt64BE());
}

function exact(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
