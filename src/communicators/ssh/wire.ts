/** Data types of the SSH protocol. Source: RFC 4251, section 5. */

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A `string`: its length and its bytes. */
export function string(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** A positive `mpint`: no leading zeros but one where the top bit is set. */
export function mpint(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  if (first === -1) return string("");
  const digits = bytes.subarray(first);
  const isNegative = digits[0]! >= 0x80;
  return string(isNegative ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}

/** The parts of a message, one after the other. Throws where it ends too early. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** A `uint32`. */
  count(): number {
    if (this.#at + 4 > this.#bytes.length) throw new Error("the message is cut off");
    this.#at += 4;
    return this.#bytes.readUInt32BE(this.#at - 4);
  }

  /** A `string`, or an `mpint`. */
  next(): Buffer {
    const length = this.count();
    if (this.#at + length > this.#bytes.length) throw new Error("the message is cut off");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
