import { announcedIn } from "./announced-ids.ts";
import type { AcceptOptions, Broker, DialOptions } from "./broker.ts";
import { readExactly, type ByteStream } from "./byte-stream.ts";
import { watchCalls } from "./watch-calls.ts";
import { StreamClosed } from "./wire-error.ts";
import { YamuxSession } from "./yamux-session.ts";

export interface BrokerOptions {
  /** Default `client`, as the host of a plugin is. */
  readonly role?: "client" | "server";
  /** How long a stream of the plugin waits for somebody who wants it. Default 5 s, as in Packer's SDK. */
  readonly acceptWindowMs?: number;
  /** How long the plugin may take to answer a dialled number. Its own window is 5 s. Default 15 s. */
  readonly dialWindowMs?: number;
}

/** A broker over a connection to a plugin: each stream begins with its number as 4 little-endian bytes, and their echo. */
export function createBroker(connection: ByteStream, options: BrokerOptions = {}): Broker {
  return new YamuxBroker(connection, options);
}

interface Arrived {
  readonly stream: ByteStream;
  readonly timer: NodeJS.Timeout;
}

class YamuxBroker implements Broker {
  readonly closed: Promise<string | undefined>;
  readonly #options: BrokerOptions;
  readonly #session: YamuxSession;
  /** Announced here, and nobody came yet. */
  readonly #waiting = new Map<number, (stream: ByteStream) => void>();
  /** Came before somebody here asked for them. */
  readonly #arrived = new Map<number, Arrived>();
  /** Dialled as soon as the plugin announced them, and not asked for yet. */
  readonly #early = new Map<number, Promise<ByteStream>>();
  readonly #ended = new AbortController();
  #lastId = 0;

  constructor(connection: ByteStream, options: BrokerOptions) {
    this.#options = options;
    let onClosed!: (reason: string | undefined) => void;
    this.closed = new Promise((resolve) => (onClosed = resolve));
    this.#session = new YamuxSession(connection, {
      role: options.role,
      onStream: (stream) => void this.#receive(stream),
      onClosed: (reason) => {
        onClosed(reason);
        this.#ended.abort(new StreamClosed(reason ?? "the connection was closed"));
        for (const { timer } of this.#arrived.values()) clearTimeout(timer);
      },
    });
  }

  nextId(): number {
    return ++this.#lastId;
  }

  async dial(id: number, { calls }: DialOptions = {}): Promise<ByteStream> {
    const early = this.#early.get(id);
    this.#early.delete(id);
    const stream = await (early ?? this.#dialNow(id));
    return calls === true ? this.#watched(stream) : stream;
  }

  async #dialNow(id: number): Promise<ByteStream> {
    const stream = this.#session.open();
    const giveUp = (): void => stream.destroy(`the plugin did not answer on stream ${id}`);
    const timer = setTimeout(giveUp, this.#options.dialWindowMs ?? 15_000);
    try {
      await stream.write(numberBytes(id));
      const echo = await readExactly(stream, 4);
      if (echo.readUInt32LE() !== id) throw new StreamClosed(`the plugin answered for another stream than ${id}`);
      return stream;
    } catch (error) {
      giveUp();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async accept(id: number, { calls, signal }: AcceptOptions): Promise<ByteStream> {
    const stream = await (this.#takeArrived(id) ?? this.#wait(id, signal));
    await stream.write(numberBytes(id));
    return calls === true ? this.#watched(stream) : stream;
  }

  #takeArrived(id: number): ByteStream | undefined {
    const arrived = this.#arrived.get(id);
    clearTimeout(arrived?.timer);
    this.#arrived.delete(id);
    return arrived?.stream;
  }

  #wait(id: number, signal: AbortSignal): Promise<ByteStream> {
    return new Promise((resolve, reject) => {
      const over = AbortSignal.any([signal, this.#ended.signal]);
      const giveUp = (): void => {
        this.#waiting.delete(id);
        reject(new StreamClosed(`the plugin did not open stream ${id}`));
      };
      if (over.aborted) return giveUp();
      over.addEventListener("abort", giveUp, { once: true });
      this.#waiting.set(id, (stream) => {
        over.removeEventListener("abort", giveUp);
        this.#waiting.delete(id);
        resolve(stream);
      });
    });
  }

  close(): void {
    this.#session.close();
  }

  /** A stream the plugin opened. Others are not kept waiting by one whose number does not come. */
  async #receive(stream: ByteStream): Promise<void> {
    const window = this.#options.acceptWindowMs ?? 5_000;
    const timer = setTimeout(() => stream.destroy("its number did not come"), window);
    try {
      const id = (await readExactly(stream, 4)).readUInt32LE();
      const take = this.#waiting.get(id);
      if (take) take(stream);
      else this.#keep(id, stream, window);
    } catch {
      // It broke off before anybody knew what it was for.
    } finally {
      clearTimeout(timer);
    }
  }

  /** The plugin waits without a limit of its own, so that a stream nobody wants has to be closed. */
  #keep(id: number, stream: ByteStream, windowMs: number): void {
    if (this.#arrived.has(id)) return stream.destroy("another stream has its number");
    const giveUp = (): void => {
      this.#arrived.delete(id);
      stream.destroy("nobody accepted it");
    };
    this.#arrived.set(id, { stream, timer: setTimeout(giveUp, windowMs) });
  }

  /** The plugin accepts what it announces for 5 s only, so it is dialled before anybody else here gets to see it. */
  #watched(stream: ByteStream): ByteStream {
    return watchCalls(stream, (method, body) => {
      for (const id of announcedIn(method, body)) {
        const early = this.#early.get(id) ?? this.#dialNow(id);
        early.catch(() => {});
        this.#early.set(id, early);
      }
    });
  }
}

function numberBytes(id: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(id);
  return bytes;
}
