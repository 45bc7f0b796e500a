/** Bytes in the order of their arrival, taken in pieces of any size. Each byte is copied once at most. */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  #offset = 0;
  #length = 0;

  /** Bytes waiting. */
  get length(): number {
    return this.#length;
  }

  /** Takes `chunk` over: it must not change afterwards. */
  add(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** The first `length` bytes, of which there must be so many. */
  take(length: number): Buffer {
    const first = this.#chunks[0];
    if (first !== undefined && first.length - this.#offset > length) {
      const taken = view(first, this.#offset, length);
      this.#offset += length;
      this.#length -= length;
      return taken;
    }
    const pieces: Buffer[] = [];
    for (let missing = length; missing > 0;) {
      const piece = this.takeUpTo(missing);
      pieces.push(piece);
      missing -= piece.length;
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, length);
  }

  /** At least one byte and at most `length`, without a copy; there must be one. */
  takeUpTo(length: number): Buffer {
    const chunk = this.#chunks[0]!;
    const taken = view(chunk, this.#offset, Math.min(length, chunk.length - this.#offset));
    this.#offset += taken.length;
    this.#length -= taken.length;
    if (this.#offset === chunk.length) {
      this.#chunks.shift();
      this.#offset = 0;
    }
    return taken;
  }

  clear(): void {
    this.#chunks = [];
    this.#offset = 0;
    this.#length = 0;
  }
}

function view(chunk: Uint8Array, offset: number, length: number): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset + offset, length);
}
