import { ProtocolError } from "./wire-error.ts";

/** A field of a protobuf message: a number (varint), or bytes that are text, a list or a message themselves. */
export interface Field {
  readonly number: number;
  readonly value: number | Buffer;
}

/**
 * The fields of a message, in order. Source: protobuf.dev, "Encoding"; of the wire types those that plugins' messages
 * use, the two fixed-size ones are skipped.
 */
export function decodeFields(message: Buffer): readonly Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < message.length;) {
    const key = varint(message, at);
    const number = Math.floor(key.value / 8);
    const { field, next } = readField(message, number, key);
    if (field) fields.push(field);
    at = next;
  }
  return fields;
}

interface Varint {
  readonly value: number;
  readonly next: number;
}

function readField(message: Buffer, number: number, key: Varint): { readonly field?: Field; readonly next: number } {
  switch (key.value % 8) {
    case 0: {
      const { value, next } = varint(message, key.next);
      return { field: { number, value }, next };
    }
    case 1:
      return { next: within(message, key.next + 8) };
    case 2: {
      const length = varint(message, key.next);
      const next = within(message, length.next + length.value);
      return { field: { number, value: message.subarray(length.next, next) }, next };
    }
    case 5:
      return { next: within(message, key.next + 4) };
    default:
      throw new ProtocolError("a protobuf message holds a field of an unknown kind");
  }
}

/** Seven bits a byte, the lowest first; the highest bit says that more follow. */
function varint(message: Buffer, start: number): Varint {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = message[start + index];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: start + index + 1 };
  }
  throw new ProtocolError("a protobuf message is cut off");
}

function within(message: Buffer, next: number): number {
  if (next > message.length) throw new ProtocolError("a protobuf message is cut off");
  return next;
}
