import type { ByteStream } from "./byte-stream.ts";
import { StreamBuffer } from "./stream-buffer.ts";
import { ProtocolError, StreamClosed } from "./wire-error.ts";
import { FLAG, FRAME, INITIAL_WINDOW, type FrameHeader } from "./yamux-frame.ts";

/** What a stream needs of its session. */
export interface StreamHost {
  /** Resolves when the connection has room for more. */
  send(frame: FrameHeader, data?: Uint8Array): Promise<void>;
  /** Both directions are over: no frame of this stream is expected any more. */
  forget(stream: number): void;
}

/** One stream of a yamux session. */
export class YamuxStream implements ByteStream {
  readonly id: number;
  readonly #host: StreamHost;
  readonly #received = new StreamBuffer();
  /** Bytes the other side may still send. */
  #receiveWindow = INITIAL_WINDOW;
  #sendWindow = INITIAL_WINDOW;
  #writing: Promise<void> = Promise.resolve();
  #ended = false;
  #broken: StreamClosed | undefined;
  #roomCame: (() => void) | undefined;

  constructor(id: number, host: StreamHost) {
    this.id = id;
    this.#host = host;
  }

  async read(limit?: number): Promise<Uint8Array | undefined> {
    const bytes = await this.#received.read(limit);
    this.#giveCredit();
    return bytes;
  }

  /** Whole writes follow each other, whoever makes them. */
  write(bytes: Uint8Array): Promise<void> {
    const written = this.#writing.then(() => this.#writeNow(bytes));
    this.#writing = written.catch(() => {});
    return written;
  }

  async #writeNow(bytes: Uint8Array): Promise<void> {
    for (let start = 0; start < bytes.length;) {
      const length = Math.min(await this.#room(), bytes.length - start);
      this.#sendWindow -= length;
      const frame = { type: FRAME.data, flags: 0, stream: this.id, length };
      await this.#host.send(frame, bytes.subarray(start, start + length));
      start += length;
    }
  }

  /** Waits until something may be sent; how much. */
  async #room(): Promise<number> {
    for (;;) {
      if (this.#broken) throw this.#broken;
      if (this.#ended) throw new StreamClosed("the stream was ended");
      if (this.#sendWindow > 0) return this.#sendWindow;
      await new Promise<void>((resolve) => (this.#roomCame = resolve));
    }
  }

  async end(): Promise<void> {
    await this.#writing;
    if (this.#ended || this.#broken) return;
    this.#ended = true;
    const sent = this.#host.send({ type: FRAME.windowUpdate, flags: FLAG.fin, stream: this.id, length: 0 });
    this.#forgetIfOver();
    await sent;
  }

  destroy(reason: string): void {
    if (this.#isOver) return;
    void this.#host.send({ type: FRAME.windowUpdate, flags: FLAG.rst, stream: this.id, length: 0 }).catch(() => {});
    this.break(reason);
    this.#host.forget(this.id);
  }

  /** The session is over, or the other side reset the stream. What had come to its end before stays readable. */
  break(reason: string): void {
    this.#broken ??= new StreamClosed(reason);
    this.#received.break(reason);
    this.#roomCame?.();
  }

  /** A frame's data is announced. @throws ProtocolError where it is more than the window allows. */
  expectData(length: number): void {
    if (length > this.#receiveWindow) throw new ProtocolError("it sends more than it was allowed to");
    this.#receiveWindow -= length;
  }

  receive(bytes: Uint8Array): void {
    if (!this.#broken) this.#received.add(bytes);
  }

  /** The other side may take so many bytes more. @throws ProtocolError. */
  addCredit(length: number): void {
    this.#sendWindow += length;
    if (this.#sendWindow > 0xffff_ffff) throw new ProtocolError("it allows more than yamux can count");
    if (length > 0) this.#roomCame?.();
  }

  receiveEnd(): void {
    this.#received.end();
    this.#forgetIfOver();
  }

  get #isOver(): boolean {
    return this.#broken !== undefined || (this.#ended && this.#received.hasEnded);
  }

  #forgetIfOver(): void {
    if (this.#isOver) this.#host.forget(this.id);
  }

  /** Told in halves of the window, so that not every small read costs a frame. Only what was read is given back. */
  #giveCredit(): void {
    const length = INITIAL_WINDOW - this.#receiveWindow - this.#received.length;
    if (length < INITIAL_WINDOW / 2 || this.#received.hasEnded || this.#broken) return;
    this.#receiveWindow += length;
    void this.#host.send({ type: FRAME.windowUpdate, flags: 0, stream: this.id, length }).catch(() => {});
  }
}
