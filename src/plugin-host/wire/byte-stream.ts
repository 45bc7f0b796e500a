import { StreamClosed } from "./wire-error.ts";

/**
 * A connection of bytes in both directions, each of which ends by itself. Calls of one direction come one after the
 * other: a reader waits for `read`, a writer for `write`, and that is all the flow control there is.
 */
export interface ByteStream {
  /**
   * The next bytes, at most `limit` of them; `undefined` at the end. The sender may send as many more. Rejects with
   * `StreamClosed` when the stream broke off.
   */
  read(limit?: number): Promise<Uint8Array | undefined>;
  /** Resolves when the bytes were taken and there is room for more. Rejects with `StreamClosed`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Nothing more will be written. Harmless on a stream that is closed. */
  end(): Promise<void>;
  /** Gives up both directions: whoever waits for this stream, on either side, is told. Harmless on a closed one. */
  destroy(reason: string): void;
}

/** Exactly `length` bytes. Rejects with `StreamClosed` when the stream ends before. */
export async function readExactly(stream: ByteStream, length: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let missing = length; missing > 0;) {
    const piece = await stream.read(missing);
    if (piece === undefined) throw new StreamClosed("the stream ended early");
    pieces.push(piece);
    missing -= piece.length;
  }
  return Buffer.concat(pieces, length);
}

/** Everything until the end, piece by piece. */
export async function* readAll(stream: ByteStream): AsyncGenerator<Uint8Array> {
  for (let piece = await stream.read(); piece !== undefined; piece = await stream.read()) yield piece;
}

/** Copies everything from one stream to the other, ends included, no faster than it is taken. */
export async function pipe(from: ByteStream, to: ByteStream): Promise<void> {
  try {
    for await (const piece of readAll(from)) await to.write(piece);
    await to.end();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    from.destroy(reason);
    to.destroy(reason);
  }
}
