import { ByteQueue } from "./byte-queue.ts";
import { StreamClosed } from "./wire-error.ts";

/** The receiving half of a stream: what arrived waits here until somebody reads it. */
export class StreamBuffer {
  readonly #queue = new ByteQueue();
  #ended = false;
  #broken: StreamClosed | undefined;
  #wake: (() => void) | undefined;

  /** Bytes that arrived and were not read. */
  get length(): number {
    return this.#queue.length;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  add(bytes: Uint8Array): void {
    this.#queue.add(bytes);
    this.#wake?.();
  }

  /** No more will arrive. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** No more will arrive, and what did is worthless, unless the end had come already. */
  break(reason: string): void {
    if (this.#ended || this.#broken) return;
    this.#broken = new StreamClosed(reason);
    this.#queue.clear();
    this.#wake?.();
  }

  /** As `ByteStream.read`. */
  async read(limit = Number.MAX_SAFE_INTEGER): Promise<Buffer | undefined> {
    while (this.#queue.length === 0) {
      if (this.#broken) throw this.#broken;
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#queue.takeUpTo(limit);
  }
}
