import type { ByteSource } from "../byte-source.ts";
import { UnpackError } from "./unpack-error.ts";

/** Reads bits, the highest of each byte first, out of what `fill` has gathered. */
export class BitReader {
  readonly #pieces: AsyncIterator<Uint8Array, void, Uint8Array | undefined>;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #isWhole = false;
  #window = 0;
  /** Of the window, not read yet. */
  #count = 0;

  constructor(source: ByteSource) {
    this.#pieces = source[Symbol.asyncIterator]();
  }

  /** Gathers this many bytes, or all there are. */
  async fill(wanted: number): Promise<void> {
    const gathered = [this.#bytes.subarray(this.#at)];
    let size = gathered[0]!.length;
    while (size < wanted && !this.#isWhole) {
      const { done, value } = await this.#pieces.next();
      if (done === true) this.#isWhole = true;
      else {
        gathered.push(Buffer.from(value));
        size += value.length;
      }
    }
    this.#bytes = Buffer.concat(gathered);
    this.#at = 0;
  }

  /** Up to 24 bits. */
  bits(count: number): number {
    while (this.#count < count) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new UnpackError("it is cut off");
      this.#window = (this.#window << 8) | byte;
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#window >>> this.#count) & ((1 << count) - 1);
  }

  /** Goes on with the next whole byte. */
  align(): void {
    this.#count -= this.#count % 8;
  }

  /** Whether `text` comes next, at a whole byte; it is skipped then. */
  takes(text: string): boolean {
    const at = this.#at - this.#count / 8;
    const end = at + text.length;
    if (this.#bytes.toString("latin1", at, end) !== text) return false;
    this.#at = end;
    this.#count = 0;
    return true;
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
