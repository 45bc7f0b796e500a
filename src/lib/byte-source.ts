/**
 * Bytes in pieces of any size. Consumed once. A piece is valid until the next one is asked for: its memory may then be
 * used again, so a consumer that keeps it longer copies it.
 *
 * A consumer that wants the next piece in its own memory passes that memory to `next`: a source that supports this puts
 * the bytes there and yields the part it filled; any other yields a piece elsewhere.
 */
export type ByteSource = AsyncIterable<Uint8Array, void, Uint8Array | undefined>;

/** What a function that makes a source returns. The first piece of a generator never lies in memory that was given. */
export type BytePieces = AsyncGenerator<Uint8Array, void, Uint8Array | undefined>;

/** The same source, where `look` sees each piece before it is yielded; an error it throws ends the source. */
export async function* tapSource(source: ByteSource, look: (piece: Uint8Array) => void): BytePieces {
  const pieces = source[Symbol.asyncIterator]();
  let room: Uint8Array | undefined;
  try {
    for (;;) {
      const { done, value: piece } = await pieces.next(room);
      if (done === true) return;
      look(piece);
      room = yield piece;
    }
  } finally {
    await pieces.return?.();
  }
}
