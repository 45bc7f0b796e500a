/**
 * Bytes in pieces of any size. Consumed once. A piece is valid until the next one is asked for: its memory may then be used
 * again, so whoever keeps it longer copies it.
 *
 * Whoever wants the next piece in memory of its own gives that to `next`: a source that can puts its bytes there and yields
 * the part that it filled; one that cannot yields a piece elsewhere.
 */
export type ByteSource = AsyncIterable<Uint8Array, void, Uint8Array | undefined>;

/** What a function that makes a source returns. The first piece of a generator never lies in memory that was given. */
export type BytePieces = AsyncGenerator<Uint8Array, void, Uint8Array | undefined>;

/** The same source, where `look` sees each piece before it goes on; what it throws ends the source. */
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
