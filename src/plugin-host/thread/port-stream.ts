import type { MessagePort } from "node:worker_threads";
import type { ByteStream } from "../wire/byte-stream.ts";
import { StreamBuffer } from "../wire/stream-buffer.ts";
import { StreamClosed } from "../wire/wire-error.ts";

/** What goes over the port, in both directions. */
type Message =
  | { readonly data: Uint8Array }
  /** So many bytes were read. */
  | { readonly took: number }
  | { readonly end: true }
  | { readonly broken: string };

/** Bytes that may be under way to the other thread and not read there. */
const WINDOW = 256 * 1024;

/** One end of a stream between two threads; the other is made of the other end of the port's channel. */
export function portStream(port: MessagePort): ByteStream {
  return new PortStream(port);
}

class PortStream implements ByteStream {
  readonly #port: MessagePort;
  readonly #received = new StreamBuffer();
  #unread = 0;
  #writing: Promise<void> = Promise.resolve();
  #ended = false;
  #broken: StreamClosed | undefined;
  #roomCame: (() => void) | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", (message: Message) => this.#onMessage(message));
    port.once("close", () => this.#break("the connection was closed"));
  }

  async read(limit?: number): Promise<Uint8Array | undefined> {
    const bytes = await this.#received.read(limit);
    if (bytes) this.#post({ took: bytes.length });
    this.#closeIfOver();
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
      const end = Math.min(bytes.length, start + (await this.#room()));
      // A copy of its own: what is posted as it is takes all of the memory it is a part of along.
      const data = new Uint8Array(bytes.subarray(start, end));
      this.#unread += data.length;
      this.#port.postMessage({ data } satisfies Message, [data.buffer]);
      start = end;
    }
  }

  async #room(): Promise<number> {
    for (;;) {
      if (this.#broken) throw this.#broken;
      if (this.#ended) throw new StreamClosed("the stream was ended");
      if (this.#unread < WINDOW) return WINDOW - this.#unread;
      await new Promise<void>((resolve) => (this.#roomCame = resolve));
    }
  }

  async end(): Promise<void> {
    await this.#writing;
    if (this.#ended || this.#broken) return;
    this.#ended = true;
    this.#post({ end: true });
    this.#closeIfOver();
  }

  destroy(reason: string): void {
    if (this.#broken || (this.#ended && this.#received.hasEnded)) return;
    this.#post({ broken: reason });
    this.#break(reason);
    this.#port.close();
  }

  #onMessage(message: Message): void {
    if ("data" in message) this.#received.add(message.data);
    else if ("took" in message) this.#onTaken(message.took);
    else if ("end" in message) this.#onEnd();
    else this.#break(message.broken);
  }

  #onTaken(length: number): void {
    this.#unread -= length;
    this.#roomCame?.();
    this.#closeIfOver();
  }

  #onEnd(): void {
    this.#received.end();
    this.#closeIfOver();
  }

  /** Both directions have ended, and everything was read: nothing comes over this port any more. */
  #closeIfOver(): void {
    if (this.#ended && this.#unread === 0 && this.#received.hasEnded && this.#received.length === 0) this.#port.close();
  }

  #break(reason: string): void {
    this.#broken ??= new StreamClosed(reason);
    this.#received.break(reason);
    this.#roomCame?.();
  }

  #post(message: Message): void {
    this.#port.postMessage(message);
  }
}
