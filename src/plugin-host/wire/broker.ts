import type { ByteStream } from "./byte-stream.ts";

/**
 * Streams by number. In a call, one side announces a number; the other dials it. Numbers of the two sides have nothing
 * to do with each other; 0 is the plugin's own service.
 */
export interface Broker {
  /** A number to announce, never given twice. */
  nextId(): number;
  /**
   * Connects to a number that the plugin announced. `calls`: net/rpc is spoken on it, so that numbers which the plugin
   * announces there are dialled at once, before anybody asks. Rejects with `StreamClosed`.
   */
  dial(id: number, options?: DialOptions): Promise<ByteStream>;
  /**
   * The stream that the plugin opens for a number of ours. Ask before the number is announced, or right after. Rejects
   * with `StreamClosed` when `signal` aborts (the call that announced it is over) or the connection ends.
   */
  accept(id: number, options: AcceptOptions): Promise<ByteStream>;
  /** Closes the connection in order. */
  close(): void;
  /** Resolves when the connection is gone: why, or `undefined` after `close`. */
  readonly closed: Promise<string | undefined>;
}

export interface DialOptions {
  readonly calls?: boolean | undefined;
}

export interface AcceptOptions extends DialOptions {
  readonly signal: AbortSignal;
}
